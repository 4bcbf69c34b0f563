import { afterEach, expect, test, vi } from "vitest";
import { ReadingRoom } from "@/lib/kernel/reading-room";
import { readBounded } from "@/lib/web/read-bounded";
import { webhook } from "@/lib/web/webhook";
import { MAX_BODY, MOST_READING, READ_TIMEOUT } from "@/lib/webhooks/intake";

afterEach(() => {
  vi.useRealTimers();
});

/** A request whose body begins with `first` and then waits; `rest` ends it, `cancelled` says whether its reader gave up. */
function stalled(first: Uint8Array<ArrayBuffer>) {
  let rest = () => {};
  const state = { cancelled: false };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      controller.enqueue(first);
      rest = () => controller.close();
    },
    cancel: () => {
      state.cancelled = true;
    },
  });
  // duplex is what Node asks for when a body streams
  const init = { method: "POST", body, duplex: "half" } as RequestInit;
  return { request: new Request("http://next.test/api/webhooks/whatsapp", init), state, rest: () => rest() };
}
const bytes = (n: number) => new Uint8Array(n);
const soon = () => new Promise((resolve) => setImmediate(resolve));
const post = webhook();

test("a body that does not arrive in time is answered 408, and its reader is cancelled", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { request, state } = stalled(bytes(10));
  const answer = post(request);
  await vi.advanceTimersByTimeAsync(READ_TIMEOUT - 1);
  expect(state.cancelled).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const response = await answer;
  expect([response.status, response.headers.get("connection"), state.cancelled]).toEqual([408, "close", true]);
});

test("the oldest unfinished body makes room for a newer one, which is taken", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const held = Array.from({ length: MOST_READING / MAX_BODY }, () => stalled(bytes(MAX_BODY)));
  const answers = held.map(({ request }) => post(request));
  await soon();
  const newer = stalled(bytes(1));
  const taken = post(newer.request);
  await soon();
  newer.rest();
  expect((await taken).status).toBe(503); // read to its end; there is no database here
  const first = await answers[0];
  expect([first?.status, first?.headers.get("connection"), held[0]?.state.cancelled]).toEqual([408, "close", true]);
  expect(held.slice(1).map(({ state }) => state.cancelled)).toEqual(held.slice(1).map(() => false));
  await vi.advanceTimersByTimeAsync(READ_TIMEOUT);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(held.map(() => 408));
});

test("what is read is given back however the reading ends", async () => {
  const room = new ReadingRoom(100);
  const bounds = { deadlineMs: 5000, room, pieceCost: 0, mostPieces: 100 };
  const older = stalled(bytes(60));
  const ended = readBounded(older.request, 80, bounds);
  await soon();
  expect(room.bytes).toBe(60);
  const whole = stalled(bytes(41));
  const reading = readBounded(whole.request, 80, bounds);
  expect(await ended).toBe("too_slow");
  expect(room.bytes).toBe(41);
  whole.rest();
  expect(await reading).toEqual(Buffer.alloc(41));
  expect(await readBounded(stalled(bytes(81)).request, 80, bounds)).toBe("too_large");
  expect(room.bytes).toBe(0);
});
