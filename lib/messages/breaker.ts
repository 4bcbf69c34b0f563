/**
 * The breaker of one number: after too many calls that came to nothing it lets none out for a while, then one to see.
 * Pure; the rows hold its state, so every worker sees the same.
 */
import { seconds } from "@/lib/kernel/time";
import type { SendOutcome } from "@/lib/providers/ports";

/** It opens at so many failures among the last calls. */
export const FAILURES_TO_OPEN = 10;
export const CALLS_WATCHED = 20;
const WATCHED = 2 ** CALLS_WATCHED - 1;

export interface Breaker {
  /** The last calls as bits, newest lowest; a set bit is a failure. */
  calls: number;
  /** How often it opened in a row; 0 while it is closed. */
  trips: number;
}
export const CLOSED: Breaker = { calls: 0, trips: 0 };

/** A call that says the provider is in trouble. A clear answer about one message or the pace is none. */
export const isFailure = (outcome: SendOutcome) =>
  outcome.kind === "unknown" || (outcome.kind === "retry" && (outcome.why === "unavailable" || outcome.why === "not_sent"));

/**
 * How many calls may go out now.
 * @param openMs what is left of the pause, or of the time a probe that is out may take
 * @param free slots there are
 */
export function callsAllowed(b: Breaker & { openMs: number }, free: number): number {
  if (b.trips === 0) return free;
  return b.openMs > 0 ? 0 : Math.min(1, free);
}

/** How long it stays open: 5 s, doubling to a minute. */
export const openPause = (trips: number) => Math.min(seconds(5) * 2 ** Math.min(trips - 1, 10), seconds(60));

function failuresOf(calls: number): number {
  let n = 0;
  for (let rest = calls; rest > 0; rest >>= 1) n += rest & 1;
  return n;
}

/**
 * The breaker after a call.
 * @returns null when the call changes nothing: it went out before the breaker opened and came back after.
 *   `pauseMs` is set when it opens, for the first time or again
 */
export function afterCall(b: Breaker, call: { failed: boolean; probe: boolean }): (Breaker & { pauseMs: number | null }) | null {
  if (b.trips > 0) {
    if (!call.probe) return null;
    if (!call.failed) return { ...CLOSED, pauseMs: null };
    return { calls: b.calls, trips: b.trips + 1, pauseMs: openPause(b.trips + 1) };
  }
  const calls = ((b.calls << 1) | (call.failed ? 1 : 0)) & WATCHED;
  if (failuresOf(calls) < FAILURES_TO_OPEN) return { calls, trips: 0, pauseMs: null };
  return { calls, trips: 1, pauseMs: openPause(1) };
}
