/** How work grows with its size, as a ratio within one run: no test may hold a machine to a time of its own. */

/**
 * Times a size and eight times as much, the fastest of several runs each.
 * @param work done once for a size
 * @param size of the smaller one; large enough to take more than a few microseconds
 * @returns the ratio: near 8 for linear work, near 64 for quadratic
 */
export function growthOf(work: (size: number) => void, size: number): number {
  const fastest = (n: number) => {
    const times = Array.from({ length: 7 }, () => {
      const began = performance.now();
      work(n);
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  fastest(size); // warm
  return fastest(8 * size) / fastest(size);
}
