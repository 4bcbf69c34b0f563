import fc from "fast-check";
import { expect, test } from "vitest";
import {
  afterCall,
  type Breaker,
  CALLS_WATCHED,
  CLOSED,
  callsAllowed,
  FAILURES_TO_OPEN,
  isFailure,
  openPause,
} from "@/lib/messages/breaker";
import type { SendOutcome } from "@/lib/providers/ports";

const call = (b: Breaker, failed: boolean, probe = false) => afterCall(b, { failed, probe }) ?? { ...b, pauseMs: null };

test("it opens at the tenth failure among the last twenty calls, and never before", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p, list) => {
      let b = CLOSED;
      const seen: boolean[] = [];
      for (const x of list) {
        seen.push(x < p);
        const next = call(b, x < p);
        const failures = seen.slice(-CALLS_WATCHED).filter(Boolean).length;
        expect(next.pauseMs !== null).toBe(failures >= FAILURES_TO_OPEN);
        if (next.pauseMs !== null) return;
        b = next;
      }
    }),
    { numRuns: 2000 },
  );
});

test("nine failures of twenty keep it closed for ever; alternating ones open it at the nineteenth call", () => {
  let b: Breaker = CLOSED;
  for (let i = 0; i < 2000; i++) {
    const next = call(b, i % 20 < 9);
    expect(next.pauseMs).toBeNull();
    b = next;
  }
  b = CLOSED;
  for (let i = 1; ; i++) {
    const next = call(b, i % 2 === 1);
    b = next;
    if (next.pauseMs === null) continue;
    expect(i).toBe(19);
    break;
  }
});

const opened = (trips = 1): Breaker => ({ calls: 1023, trips });

test("closed it allows what there is room for; open nothing; after the pause exactly one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1 }), (free, trips, ms) => {
      expect(callsAllowed({ ...CLOSED, openMs: 0 }, free)).toBe(free);
      expect(callsAllowed({ ...opened(trips), openMs: ms }, free)).toBe(0);
      expect(callsAllowed({ ...opened(trips), openMs: 0 }, free)).toBe(Math.min(1, free));
    }),
  );
});

test("the probe's success closes it with a clean slate; its failure opens it again for longer", () => {
  expect(afterCall(opened(4), { failed: false, probe: true })).toEqual({ ...CLOSED, pauseMs: null });
  expect(afterCall(opened(1), { failed: true, probe: true })).toMatchObject({ trips: 2, pauseMs: 10_000 });
  expect([1, 2, 3, 4, 5, 6, 500].map(openPause)).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
});

test("calls that were out when it opened neither close it nor lengthen the pause", () => {
  for (const failed of [true, false]) expect(afterCall(opened(), { failed, probe: false })).toBeNull();
});

test("only trouble of the provider counts, not what it says about one message or the pace", () => {
  const retry = (why: "throttled" | "pair" | "unavailable" | "not_sent"): SendOutcome => ({
    kind: "retry",
    code: null,
    why,
    retryAfterSeconds: null,
  });
  expect([{ kind: "unknown", code: null } as const, retry("unavailable"), retry("not_sent")].every(isFailure)).toBe(true);
  const fine: SendOutcome[] = [
    retry("throttled"),
    retry("pair"),
    { kind: "accepted", wamid: "w", qualityHeld: false },
    { kind: "rejected", code: 100, reason: "invalid", effect: "message" },
  ];
  expect(fine.some(isFailure)).toBe(false);
});
