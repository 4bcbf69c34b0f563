/** Which changes of a number somebody has to be woken for. Pure. */
import { type Known, peopleADay } from "@/lib/channels/model";

export type Drop = "quality" | "tier" | "review" | "restriction";

const QUALITY: Record<string, number> = { quality_medium: 1, quality_low: 2 };
const BANS = new Set(["number_banned", "number_limited"]);
/** Meta's words for an account that may do less than before. Source: Meta, Webhooks, `account_update`. */
const RESTRICTS = new Set(["ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLE", "SCHEDULE_FOR_DISABLE"]);

const quality = (side: Known | null) => QUALITY[side?.cause ?? ""] ?? 0;
const limitOf = (side: Known | null) => peopleADay(side?.value ?? "");

/** What fell, if anything did. A change to something unknown is no drop. */
export function dropOf({ what, from, to }: { what: string; from: Known | null; to: Known }): Drop | null {
  if (what === "quality") return quality(to) > quality(from) ? "quality" : null;
  if (what === "tier") return (limitOf(to) ?? Number.POSITIVE_INFINITY) < (limitOf(from) ?? 0) ? "tier" : null;
  if (what === "review") return to.cause === "review_rejected" ? "review" : null;
  if (what === "registration") return BANS.has(to.cause ?? "") ? "restriction" : null;
  return what === "account" && RESTRICTS.has(to.state) ? "restriction" : null;
}
