/** How old something in memory is, by two clocks: one may be set back, the other may stand still while a machine sleeps. */

/** When something was read. */
export interface ReadAt {
  wall: number;
  steady: number;
}
export const readAt = (): ReadAt => ({ wall: Date.now(), steady: performance.now() });

/** Milliseconds since then, by whichever clock says more; without end where the wall clock stands before it. */
export function ageOf(read: ReadAt): number {
  const wall = Date.now() - read.wall;
  return wall < 0 ? Number.POSITIVE_INFINITY : Math.max(wall, performance.now() - read.steady);
}
