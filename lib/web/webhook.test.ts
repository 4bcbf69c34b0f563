import { afterEach, expect, test, vi } from "vitest";
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

test("bodies being read at once are bounded together with 503, and the room comes back when they end", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const piece = bytes(MAX_BODY);
  const held = Array.from({ length: MOST_READING / MAX_BODY }, () => stalled(piece));
  const answers = held.map(({ request }) => post(request));
  await soon();
  const refused = await post(stalled(bytes(1)).request);
  expect([refused.status, refused.headers.get("connection")]).toEqual([503, "close"]);
  await vi.advanceTimersByTimeAsync(READ_TIMEOUT);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(held.map(() => 408));
  const next = stalled(piece);
  const later = post(next.request);
  await vi.advanceTimersByTimeAsync(READ_TIMEOUT);
  expect((await later).status).toBe(408);
});

test("what is read is given back however the reading ends", async () => {
  const together = { bytes: 0, most: 100 };
  const bounds = { deadlineMs: 5000, together };
  const whole = stalled(bytes(60));
  const reading = readBounded(whole.request, 80, bounds);
  await soon();
  expect(together.bytes).toBe(60);
  expect(await readBounded(stalled(bytes(41)).request, 80, bounds)).toBe("too_busy");
  whole.rest();
  expect(await reading).toEqual(Buffer.alloc(60));
  expect(await readBounded(stalled(bytes(81)).request, 80, bounds)).toBe("too_large");
  expect(together.bytes).toBe(0);
});
