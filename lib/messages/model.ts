/** The ledger's rules: what state a message shows, how receipts merge, when a send is tried again. Pure. */
import { isInvisible } from "@/lib/kernel/content";
import { minutes, seconds } from "@/lib/kernel/time";
import type { MessageState } from "@/lib/messages/views";

/** Longest text of a message. Source: Meta, text messages. */
export const MAX_TEXT = 4096;

export type OutboxState = "held" | "cancelled" | "queued" | "dispatching" | "accepted" | "rejected" | "unknown" | "needs_review";

export interface Times {
  acceptedAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  failedAt: Date | null;
}

/**
 * The state people see: the highest delivery reported; `failed` unless it was delivered or better; before any of that,
 * where the outbox stands. Never depends on the order in which receipts came.
 */
export function shownState(
  m: Times & { direction: "in" | "out"; qualityHeld: boolean; outbox: OutboxState | null },
): MessageState {
  if (m.direction === "in") return "received";
  if (m.playedAt) return "played";
  if (m.readAt) return "read";
  if (m.deliveredAt) return "delivered";
  if (m.failedAt) return "failed";
  if (m.sentAt) return "sent";
  if (m.acceptedAt) return m.qualityHeld ? "quality_hold" : "accepted";
  if (m.outbox === "dispatching") return "sending";
  if (m.outbox === "rejected") return "failed";
  return m.outbox ?? "accepted";
}

export type ReceiptName = "sent" | "delivered" | "read" | "played" | "failed";
/** Merged receipts of one message: the earliest time per status, the code of the earliest failure. */
export interface Merged {
  sent: Date | null;
  delivered: Date | null;
  read: Date | null;
  played: Date | null;
  failed: Date | null;
  failureCode: number | null;
}
export const NOTHING: Merged = { sent: null, delivered: null, read: null, played: null, failed: null, failureCode: null };

const earlier = (a: Date | null, b: Date | null) => (a === null ? b : b === null || a <= b ? a : b);
const lower = (a: number | null, b: number | null) => (a === null ? b : b === null || a <= b ? a : b);

/** Joins two merges: commutative, associative, idempotent. Equal failure times settle on the lower code, so that order cannot matter. */
export function merge(a: Merged, b: Merged): Merged {
  const failed = earlier(a.failed, b.failed);
  const codes = [a, b]
    .filter((m) => m.failed !== null && failed !== null && m.failed.getTime() === failed.getTime())
    .map((m) => m.failureCode);
  return {
    sent: earlier(a.sent, b.sent),
    delivered: earlier(a.delivered, b.delivered),
    read: earlier(a.read, b.read),
    played: earlier(a.played, b.played),
    failed,
    failureCode: codes.reduce(lower, null),
  };
}

/** One receipt as a merge of one. */
export const receiptOf = (name: ReceiptName, at: Date, code: number | null): Merged => ({
  ...NOTHING,
  [name]: at,
  failureCode: name === "failed" ? code : null,
});

/** A claim is given back after this; longer than the longest call. */
export const DISPATCH_LEASE = seconds(30);
/** Retries of a send that certainly did not go out end after this. */
export const RETRY_FOR = minutes(24 * 60);

/**
 * When to try again, in milliseconds from now.
 * @param attempts attempts made so far, at least 1
 * @param jitter 0 to 1
 */
export function retryDelay(
  why: "throttled" | "pair" | "unavailable" | "not_sent",
  attempts: number,
  retryAfterSeconds: number | null,
  jitter: number,
): number {
  if (retryAfterSeconds !== null) return seconds(Math.min(retryAfterSeconds, 3600)) + jitter * seconds(1);
  const n = Math.max(0, attempts - 1);
  // Meta's own advice for the pair limit is 4^n seconds
  if (why === "pair") return Math.min(seconds(4 ** Math.min(n, 6)) + jitter * seconds(1), minutes(60));
  if (why === "throttled") return Math.min(seconds(2 ** Math.min(n, 9)) * (0.5 + jitter / 2), minutes(5));
  return Math.min(seconds(5) * 2 ** Math.min(n, 8) * (0.5 + jitter / 2), minutes(15));
}

/** Text as it may be sent: not empty, not too long. Answers the reason it may not, or null. */
export function textFault(text: string): "empty_text" | "too_long" | null {
  if (isInvisible(text)) return "empty_text";
  return text.length > MAX_TEXT ? "too_long" : null;
}
