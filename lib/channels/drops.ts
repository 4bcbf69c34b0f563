/** Which changes of a number somebody has to be woken for. Pure. */
import type { Known } from "@/lib/channels/model";

export type Drop = "quality" | "tier" | "review" | "restriction";

const QUALITY: Record<string, number> = { quality_medium: 1, quality_low: 2 };
const BANS = new Set(["number_banned", "number_limited"]);
/** Meta's words for an account that may do less than before. Source: Meta, Webhooks, `account_update`. */
const RESTRICTS = new Set(["ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLE", "SCHEDULE_FOR_DISABLE"]);

const quality = (side: Known | null) => QUALITY[side?.cause ?? ""] ?? 0;
/** People a day, of Meta's word for it; null for another word. */
function limitOf(side: Known | null): number | null {
  const [, n, k] = /^TIER_(\d+)(K?)$/.exec(side?.value ?? "") ?? [];
  if (n === undefined) return side?.value === "TIER_UNLIMITED" ? Number.POSITIVE_INFINITY : null;
  return Number(n) * (k ? 1000 : 1);
}

/** What fell, if anything did. A change to something unknown is no drop. */
export function dropOf({ what, from, to }: { what: string; from: Known | null; to: Known }): Drop | null {
  if (what === "quality") return quality(to) > quality(from) ? "quality" : null;
  if (what === "tier") return (limitOf(to) ?? Number.POSITIVE_INFINITY) < (limitOf(from) ?? 0) ? "tier" : null;
  if (what === "review") return to.cause === "review_rejected" ? "review" : null;
  if (what === "registration") return BANS.has(to.cause ?? "") ? "restriction" : null;
  return what === "account" && RESTRICTS.has(to.state) ? "restriction" : null;
}
