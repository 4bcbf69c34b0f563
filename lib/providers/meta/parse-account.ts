/** What Meta tells of an account as a whole: that it left, paused, or came back. Source: Meta, Webhooks, `account_update`. Pure. */
import { env } from "@/lib/platform/env";
import { type Json, moment, obj } from "@/lib/providers/meta/json";

/** `gone` ends the connection until somebody connects anew; `paused` keeps it for the moment. */
export interface AccountNews {
  kind: "gone" | "paused" | "back";
  /** Meta's own word for the event or its reason, in capitals. */
  reason: string;
  /** When Meta says it was; null where it does not. */
  at: Date | null;
}

const KINDS: Record<string, AccountNews["kind"]> = {
  PARTNER_REMOVED: "gone",
  PARTNER_APP_UNINSTALLED: "gone",
  ACCOUNT_DELETED: "gone",
  ACCOUNT_OFFBOARDED: "paused",
  ACCOUNT_RECONNECTED: "back",
};
const WORD = /^[A-Z_]{1,60}$/;
const word = (v: unknown) => (typeof v === "string" && WORD.test(v) ? v : null);

/** @returns null for everything that changes no connection */
export function parseAccountNews(payload: Json): AccountNews | null {
  const value = obj(payload.value);
  const event = word(value.event);
  const kind = event === null ? undefined : KINDS[event];
  if (event === null || kind === undefined) return null;
  // another app of the customer's leaving is no business of ours
  const app = obj(value.waba_info).partner_app_id;
  if (event === "PARTNER_APP_UNINSTALLED" && app !== undefined && String(app) !== env().NEXT_PUBLIC_META_APP_ID) return null;
  // a pause is known by the event, since only that one is taken back
  const reason = kind === "paused" ? event : (word(obj(value.disconnection_info).reason) ?? event);
  return { kind, reason, at: moment(payload.entryTime) };
}
