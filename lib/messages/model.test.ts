import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Merged,
  merge,
  NOTHING,
  type ReceiptName,
  receiptOf,
  retryDelay,
  shownState,
  textFault,
} from "@/lib/messages/model";

const names: ReceiptName[] = ["sent", "delivered", "read", "played", "failed"];
const receipt = fc
  .record({ name: fc.constantFrom(...names), at: fc.integer({ min: 1, max: 50 }), code: fc.integer({ min: 1, max: 3 }) })
  .map((r) => receiptOf(r.name, new Date(r.at * 1000), r.code));
const all = (list: Merged[]) => list.reduce(merge, NOTHING);

test("any order, repetition and grouping of receipts ends in the same state", () => {
  fc.assert(
    fc.property(
      fc
        .array(receipt, { minLength: 1, maxLength: 12 })
        .chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray(list, { minLength: list.length }),
            fc.nat({ max: list.length }),
            fc.nat(),
          ),
        ),
      ([list, shuffled, cut, dup]) => {
        const expected = all(list);
        const repeated = [...shuffled, shuffled[dup % shuffled.length] ?? NOTHING];
        expect(all(shuffled)).toEqual(expected);
        expect(all(repeated)).toEqual(expected);
        expect(merge(all(shuffled.slice(0, cut)), all(shuffled.slice(cut)))).toEqual(expected);
      },
    ),
    { numRuns: 1000 },
  );
});

const RANK = { accepted: 1, sent: 2, failed: 2.5, delivered: 3, read: 4, played: 5 } as Record<string, number>;
const times = (m: Merged) => ({
  acceptedAt: new Date(0),
  sentAt: m.sent,
  deliveredAt: m.delivered,
  readAt: m.read,
  playedAt: m.played,
  failedAt: m.failed,
});

test("the shown state never falls, except to failed before delivered", () => {
  fc.assert(
    fc.property(fc.array(receipt, { maxLength: 10 }), (list) => {
      let merged = NOTHING;
      let rank = 1;
      for (const r of list) {
        merged = merge(merged, r);
        const state = shownState({ ...times(merged), direction: "out", qualityHeld: false, outbox: "accepted" });
        expect(RANK[state]).toBeGreaterThanOrEqual(rank);
        rank = RANK[state] ?? 0;
      }
    }),
    { numRuns: 1000 },
  );
});

const none = { acceptedAt: null, sentAt: null, deliveredAt: null, readAt: null, playedAt: null, failedAt: null };
test("before the provider took it, the outbox is what people see", () => {
  const shown = (outbox: Parameters<typeof shownState>[0]["outbox"]) =>
    shownState({ ...none, direction: "out", qualityHeld: false, outbox });
  expect(
    ["held", "queued", "dispatching", "unknown", "needs_review", "rejected", "cancelled"].map((s) => shown(s as never)),
  ).toEqual(["held", "queued", "sending", "unknown", "needs_review", "failed", "cancelled"]);
  expect(shownState({ ...none, direction: "in", qualityHeld: false, outbox: null })).toBe("received");
  expect(shownState({ ...none, acceptedAt: new Date(), direction: "out", qualityHeld: true, outbox: "accepted" })).toBe(
    "quality_hold",
  );
});

test("retries wait longer each time and stay under their caps", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("throttled", "pair", "unavailable", "not_sent" as const),
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (why, n, jitter) => {
        const delay = retryDelay(why as "pair", n, null, jitter);
        expect(delay).toBeGreaterThan(0);
        expect(delay).toBeLessThanOrEqual(
          { throttled: 300_000, pair: 3_600_000, unavailable: 900_000, not_sent: 900_000 }[why] ?? 0,
        );
      },
    ),
  );
  expect(retryDelay("pair", 1, null, 0)).toBe(1000);
  expect(retryDelay("pair", 3, null, 0)).toBe(16_000);
  expect(retryDelay("throttled", 1, 7, 0)).toBe(7000);
});

test("text that cannot be sent has a reason", () => {
  expect(textFault("  \n")).toBe("empty_text");
  expect(textFault("x".repeat(4097))).toBe("too_long");
  expect(textFault("Selamat siang")).toBeNull();
});
