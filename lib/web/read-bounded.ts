/** A request's body under a cap, counted while it is read. */

/** Bytes that several requests are reading together, and the most they may. */
export interface Reading {
  bytes: number;
  readonly most: number;
}
/** Further bounds for strangers' bodies: they may neither take their time nor fill the memory together. */
export interface Bounds {
  deadlineMs: number;
  together: Reading;
}

/**
 * Reads a body.
 * @param bounds without them only the cap holds
 * @returns the bytes, or why they were not read; after `too_busy` the connection is the caller's to close
 */
export function readBounded(request: Request, cap: number): Promise<Buffer | "too_large">;
export function readBounded(
  request: Request,
  cap: number,
  bounds: Bounds,
): Promise<Buffer | "too_large" | "too_slow" | "too_busy">;
export async function readBounded(
  request: Request,
  cap: number,
  bounds?: Bounds,
): Promise<Buffer | "too_large" | "too_slow" | "too_busy"> {
  if (Number(request.headers.get("content-length") ?? 0) > cap) return "too_large";
  const reader = request.body?.getReader();
  if (!reader) return Buffer.alloc(0);
  const cancel = () => void reader.cancel().catch(() => {}); // whoever sends learns it from the answer
  let late = false;
  const timer =
    bounds &&
    setTimeout(() => {
      late = true;
      cancel(); // ends the read that waits
    }, bounds.deadlineMs);
  const together = bounds?.together ?? { bytes: 0, most: Number.POSITIVE_INFINITY };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return "too_slow";
      if (done) return Buffer.concat(chunks);
      size += value.length;
      together.bytes += value.length;
      // not cancelled: Node would reset the connection before the answer is out
      if (together.bytes > together.most) return "too_busy";
      if (size > cap) {
        cancel();
        return "too_large";
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
    together.bytes -= size;
  }
}
