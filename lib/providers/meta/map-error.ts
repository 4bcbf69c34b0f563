/** Meta's error codes in our classes. Codes only: texts change. Source: Meta, Cloud API error codes (Dec 2025, changelog to Aug 2026). Pure. */
import type { FailureReason, SendOutcome } from "@/lib/providers/ports";

const inRange = (code: number, from: number, to: number) => code >= from && code <= to;

/** The sentence a person reads for a failed message. */
export function failureReason(code: number): FailureReason {
  if (code === 131047) return "window_closed";
  if (code === 131026 || code === 131021 || code === 130403) return "undeliverable";
  if (code === 132001 || code === 132015 || code === 132016 || code === 132007) return "template_not_approved";
  if (inRange(code, 132000, 132099)) return "template_params";
  if (code === 131056) return "pair_limit";
  if (code === 4 || code === 80007 || code === 80008 || code === 130429) return "throttled";
  if (code === 131048 || code === 131049) return "spam";
  if (code === 131050) return "opt_out";
  if (code === 131042 || code === 131044) return "payment";
  if (code === 368 || code === 131031 || code === 130497) return "policy";
  if (isAuth(code)) return "auth";
  if (code === 131052 || code === 131053) return "media";
  if (code === 130472) return "experiment";
  if (code === 133010 || code === 131045 || code === 133006) return "not_registered";
  if (code === 100 || code === 131008 || code === 131009 || code === 131051) return "invalid";
  return "other";
}

const isAuth = (code: number) =>
  code === 0 || code === 3 || code === 10 || code === 190 || code === 131005 || inRange(code, 200, 299);
const THROTTLED = new Set([4, 80007, 80008, 130429]);
const AMBIGUOUS = new Set([1, 2, 131000, 131016, 131057]);
const ACCOUNT = new Set([368, 130497, 131031, 131042]);
const PERMANENT = new Set([
  33, 100, 130403, 130472, 131008, 131009, 131021, 131026, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131062, 131063,
  133010, 137000,
]);

/**
 * The class of an error answer to a send. Unlisted codes and any 5xx are unknown: they may have been sent.
 * @param code Meta's `error.code`, or null when the body had none
 * @param retryAfter seconds of the `Retry-After` header, if any
 */
export function classifySendError(httpStatus: number, code: number | null, retryAfter: number | null): SendOutcome {
  if (code === 133004) return { kind: "retry", code, why: "unavailable", retryAfterSeconds: retryAfter };
  if (httpStatus >= 500) return { kind: "unknown", code };
  if (code !== null && THROTTLED.has(code)) return { kind: "retry", code, why: "throttled", retryAfterSeconds: retryAfter };
  if (code === 131056) return { kind: "retry", code, why: "pair", retryAfterSeconds: retryAfter };
  if (httpStatus === 429) return { kind: "retry", code, why: "throttled", retryAfterSeconds: retryAfter };
  if (code !== null && !AMBIGUOUS.has(code)) {
    const reason = failureReason(code);
    if (isAuth(code) || ACCOUNT.has(code)) return { kind: "rejected", code, reason, effect: "stop_channel" };
    if (code >= 132000 && code < 133000) {
      return { kind: "rejected", code, reason, effect: code === 132015 || code === 132016 ? "pause_template" : "message" };
    }
    if (PERMANENT.has(code)) return { kind: "rejected", code, reason, effect: "message" };
  }
  return { kind: "unknown", code };
}
