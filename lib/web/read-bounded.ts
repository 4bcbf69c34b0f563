/** A request's body under a cap, counted while it is read. */
import type { ReadingRoom } from "@/lib/kernel/reading-room";

/** Further bounds for strangers' bodies: they may neither take their time nor fill the memory together. */
export interface Bounds {
  deadlineMs: number;
  room: ReadingRoom;
  /** What a piece costs beside its bytes, and how many pieces a body may come in. */
  pieceCost: number;
  mostPieces: number;
}

/**
 * Reads a body.
 * @param bounds without them only the cap holds
 * @returns the bytes, or why they were not read: `too_slow` past the deadline, or when its room was wanted for a newer body
 */
export function readBounded(request: Request, cap: number): Promise<Buffer | "too_large">;
export function readBounded(request: Request, cap: number, bounds: Bounds): Promise<Buffer | "too_large" | "too_slow">;
export async function readBounded(request: Request, cap: number, bounds?: Bounds): Promise<Buffer | "too_large" | "too_slow"> {
  if (Number(request.headers.get("content-length") ?? 0) > cap) return "too_large";
  const reader = request.body?.getReader();
  if (!reader) return Buffer.alloc(0);
  const cancel = () => void reader.cancel().catch(() => {}); // whoever sends learns it from the answer
  let ended = false;
  const end = () => {
    ended = true;
    cancel(); // ends the read that waits
  };
  const place = bounds?.room.enter(end);
  const timer = bounds && setTimeout(end, bounds.deadlineMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (ended) return "too_slow";
      if (done) return Buffer.concat(chunks);
      size += value.length;
      if (place) bounds?.room.add(place, value.length + (bounds?.pieceCost ?? 0));
      if (size > cap || chunks.length === bounds?.mostPieces) {
        cancel();
        return "too_large";
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
    if (place) bounds?.room.leave(place);
  }
}
