/** Accounts and numbers as Graph shows them, and the cutting of lists into pages. Pure. */
import { stableId } from "../ids";
import type { JsonObject } from "../json";
import type { AppSettings, Phone, Waba } from "../world";
import { GraphError } from "./errors";

const HEALTH = (type: string, id: string): JsonObject => ({
  can_send_message: "AVAILABLE",
  entities: [{ entity_type: type, id, can_send_message: "AVAILABLE" }],
});

/** Everything known of an account; `pick` chooses. */
export const wabaFields = (waba: Waba): JsonObject => ({
  id: waba.id,
  name: waba.name,
  timezone_id: "1",
  message_template_namespace: stableId(7, waba.id, "namespace"),
  currency: "USD",
  country: "ID",
  account_review_status: "APPROVED",
  business_verification_status: "verified",
  ownership_type: "CLIENT_OWNED",
  status: "ACTIVE",
  owner_business_info: { id: stableId(4, waba.id, "owner"), name: waba.name },
  health_status: HEALTH("WABA", waba.id),
});
export const WABA_DEFAULTS = ["id", "name", "timezone_id", "message_template_namespace"];

/** Everything known of a number. */
export const phoneFields = (phone: Phone, app: AppSettings, wabaOverride?: string): JsonObject => ({
  id: phone.id,
  verified_name: phone.name,
  display_phone_number: phone.display,
  quality_rating: "GREEN",
  code_verification_status: "VERIFIED",
  name_status: "APPROVED",
  status: "CONNECTED",
  platform_type: "CLOUD_API",
  throughput: { level: "STANDARD" },
  is_on_biz_app: false,
  is_official_business_account: false,
  account_mode: "LIVE",
  messaging_limit_tier: "TIER_2K",
  whatsapp_business_manager_messaging_limit: "TIER_2K",
  last_onboarded_time: "2026-10-01T08:00:00+0000",
  webhook_configuration: {
    ...(phone.overrideUri ? { phone_number: phone.overrideUri } : {}),
    ...(wabaOverride ? { whatsapp_business_account: wabaOverride } : {}),
    application: app.callbackUrl ?? "",
  },
  health_status: HEALTH("PHONE_NUMBER", phone.id),
});
export const PHONE_DEFAULTS = [
  "verified_name",
  "code_verification_status",
  "display_phone_number",
  "quality_rating",
  "platform_type",
  "throughput",
  "webhook_configuration",
  "id",
];

/** Only the fields asked for, and always the id; unknown names are left out. */
export function pick(all: JsonObject, asked: string | null, defaults: string[]): JsonObject {
  const names = asked
    ? asked
        .replace(/\{[^}]*\}|\.[a-z_]+\([^)]*\)/g, "")
        .split(",")
        .map((name) => name.trim())
    : defaults;
  const chosen: JsonObject = {};
  for (const name of [...names, "id"]) if (all[name] !== undefined) chosen[name] = all[name];
  return chosen;
}

const cursorOf = (index: number): string => Buffer.from(`sandbox:${index}`).toString("base64url");

/**
 * One page of a list, with cursors and, unless it is the last, the address of the next.
 * @param here address of this call without paging parameters
 * @throws GraphError 131059 for a cursor we never gave
 */
export function page(items: JsonObject[], query: URLSearchParams, here: URL): JsonObject {
  const limit = Math.min(Math.max(Number(query.get("limit") ?? 25) || 25, 1), 1000);
  const after = readCursor(query.get("after"));
  const before = readCursor(query.get("before"));
  const start = after !== undefined ? after + 1 : before !== undefined ? Math.max(0, before - limit) : 0;
  const end = before !== undefined && after === undefined ? Math.min(before, items.length) : start + limit;
  const data = items.slice(start, end);
  if (data.length === 0) return { data: [] };
  const last = start + data.length - 1;
  const link = (name: "after" | "before", index: number) => {
    const url = new URL(here);
    for (const [key, value] of query) if (!["after", "before", "access_token"].includes(key)) url.searchParams.set(key, value);
    url.searchParams.set(name, cursorOf(index));
    return url.toString();
  };
  return {
    data,
    paging: {
      cursors: { before: cursorOf(start), after: cursorOf(last) },
      ...(last < items.length - 1 ? { next: link("after", last) } : {}),
      ...(start > 0 ? { previous: link("before", start) } : {}),
    },
  };
}

function readCursor(cursor: string | null): number | undefined {
  if (cursor === null || cursor === "") return undefined;
  const match = /^sandbox:(\d+)$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!match) throw new GraphError(131059, "Paging cursor is invalid or has expired.");
  return Number(match[1]);
}
