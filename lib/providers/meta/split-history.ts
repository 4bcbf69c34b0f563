/** A phone app's past, which Meta tells in chunks of any size, cut into parts that are handled one by one. Pure. */
import { isObject, type Json, list } from "@/lib/providers/meta/json";

/** What is copied into every part is only what is used there, and no longer than it can be. */
const LONGEST = 400;
const brief = (value: unknown) =>
  typeof value === "number" ? value : typeof value === "string" ? value.slice(0, LONGEST) : undefined;
function briefly(value: unknown, keys: readonly string[]): Json | undefined {
  return isObject(value) ? Object.fromEntries(keys.map((key) => [key, brief(value[key])])) : undefined;
}

/** Messages of one part: those who write now wait at most for as many. */
export const PART_MESSAGES = 20;

export interface HistoryPart {
  /** A `history` value with one chunk at most, of which this is a part; or with files of the past. */
  value: Json;
  /** Place of the part in its chunk, from 0. */
  part: number;
}

/**
 * Cuts a `history` value. The parts together hold everything of it once; what stands beside chunks and files, or beside a chunk's threads
 * and a thread's messages, goes with the first of them.
 * @param value as Meta sent it
 */
export function splitHistory(value: Json): HistoryPart[] {
  const { history, messages, ...beside } = value;
  if ((history !== undefined && !Array.isArray(history)) || (messages !== undefined && !Array.isArray(messages)))
    return [{ value, part: 0 }];
  const chunks = list(history).flatMap((chunk) => cutChunk(chunk).map((one, part) => ({ value: { history: [one] }, part })));
  const files = slices(list(messages)).map((some) => ({ value: { messages: some }, part: 0 }));
  const parts = [...chunks, ...files];
  if (parts.length === 0) return [{ value, part: 0 }];
  const frame = {
    messaging_product: brief(value.messaging_product),
    metadata: briefly(value.metadata, ["display_phone_number", "phone_number_id"]),
  };
  return parts.map(({ value: own, part }, i) => ({
    value: { ...(i === 0 ? beside : frame), ...own },
    part,
  }));
}

/** One chunk as chunks of few messages with the same `metadata`; a thread may go on in the next. */
function cutChunk(chunk: unknown): unknown[] {
  if (!isObject(chunk) || !Array.isArray(chunk.threads)) return [chunk];
  const { threads, ...about } = chunk;
  const parts: unknown[][] = [];
  let room = 0;
  const put = (thread: unknown, size: number) => {
    if (room <= 0) {
      parts.push([]);
      room = PART_MESSAGES;
    }
    parts.at(-1)?.push(thread);
    room -= size;
  };
  for (const thread of threads) {
    const messages = isObject(thread) && Array.isArray(thread.messages) ? thread.messages : null;
    if (messages === null || messages.length === 0) put(thread, 1);
    else
      for (let at = 0; at < messages.length; ) {
        const some = messages.slice(at, at + (room > 0 ? room : PART_MESSAGES));
        put({ ...(at === 0 ? (thread as Json) : briefly(thread, ["id"])), messages: some }, some.length);
        at += some.length;
      }
  }
  const again = { metadata: briefly(about.metadata, ["phase", "chunk_order", "progress"]) };
  return parts.length === 0 ? [chunk] : parts.map((some, i) => ({ ...(i === 0 ? about : again), threads: some }));
}

function slices(all: unknown[]): unknown[][] {
  const out: unknown[][] = [];
  for (let at = 0; at < all.length; at += PART_MESSAGES) out.push(all.slice(at, at + PART_MESSAGES));
  return out;
}
