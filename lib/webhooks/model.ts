/** What becomes of an event: retry, quarantine, discard. Pure. */
import { days, minutes } from "@/lib/kernel/time";

/** A delivery that would not open is tried again after this. */
export const SPLIT_AGAIN = minutes(5);
export const SPLIT_BATCH = 500;
/** Sealed bytes taken in one split, apart from the first body. */
export const SPLIT_BYTES = 16 * 1024 * 1024;
/** Meta batches up to 1,000 updates; a body with more than this is not understood but kept. */
export const MOST_PIECES = 10_000;
export const PROCESS_BATCH = 500;
/** Parts of a phone app's past handled at once: those who write now wait for it. */
export const PAST_BATCH = 1;
/** How long an organisation's past rests between two sets, so that it never takes a core for itself. Milliseconds. */
export const PAST_REST = 40;
/** Kept events handed over at once when an account was connected. */
export const REROUTE_BATCH = 200;
/** Sealed bytes of payloads handled in one set, apart from the first. */
export const PROCESS_BYTES = 16 * 1024 * 1024;
/** Delivery bodies are nulled and their day's key destroyed after this. */
export const BODY_KEPT = days(9);
/** Orphan traffic is destroyed after this, with an audit line. */
export const UNROUTED_KEPT = days(30);

const RETRIES = [minutes(5), minutes(15), minutes(45)] as const;

export type NextStep = { state: "pending"; delayMs: number } | { state: "quarantined" };

/**
 * After a handler failed on an event. A database that was away does not count: the event simply stays pending.
 * @param attempts failures so far, without this one
 */
export function nextStep(attempts: number): NextStep {
  const delayMs = RETRIES[attempts];
  return delayMs === undefined ? { state: "quarantined" } : { state: "pending", delayMs };
}
