/** Accounts and numbers as Graph shows them, and the cutting of lists into pages. Pure. */
import { stableId } from "../ids";
import type { JsonObject } from "../json";
import type { Phone, Waba, World } from "../world";
import { GraphError } from "./errors";
import { phoneHealth, wabaHealth } from "./health";

/** Everything known of an account; `pick` chooses. */
export function wabaFields(world: World, waba: Waba): JsonObject {
  const owner = world.portfolios.get(waba.businessId);
  return {
    id: waba.id,
    name: waba.name,
    timezone_id: waba.timezoneId,
    message_template_namespace: stableId(7, waba.id, "namespace"),
    currency: waba.currency,
    country: waba.country,
    account_review_status: waba.review,
    business_verification_status: owner?.verification ?? "not_verified",
    ownership_type: waba.businessId === world.partnerId ? "SELF" : "CLIENT_OWNED",
    status: waba.banState === "DISABLE" ? "DISABLED" : "ACTIVE",
    owner_business_info: { id: waba.businessId, name: owner?.name ?? waba.name },
    creation_time: Math.floor(waba.sharedAt / 1000),
    health_status: wabaHealth(world, waba),
  };
}
export const WABA_DEFAULTS = ["id", "name", "timezone_id", "message_template_namespace"];

/** Everything known of a number. @param otherApp the customer's own app that asks; callbacks are told for it */
export function phoneFields(world: World, phone: Phone, otherApp?: string): JsonObject {
  const waba = world.wabas.get(phone.wabaId);
  const wabaOverride = otherApp === undefined ? waba?.overrideUri : waba?.others?.[otherApp]?.overrideUri;
  const own = otherApp === undefined ? phone.overrideUri : phone.otherUris?.[otherApp];
  return {
    id: phone.id,
    verified_name: phone.name,
    display_phone_number: phone.display,
    quality_rating: phone.quality,
    code_verification_status: codeStatusOf(phone, world.now()),
    name_status: phone.nameStatus,
    status: phone.status,
    platform_type: phone.platform,
    throughput: { level: phone.throughput },
    is_on_biz_app: phone.onBizApp,
    is_official_business_account: false,
    is_pin_enabled: phone.pin !== undefined,
    account_mode: "LIVE",
    messaging_limit_tier: phone.tier,
    whatsapp_business_manager_messaging_limit: phone.tier,
    last_onboarded_time: new Date(phone.onboardedAt).toISOString().replace(/\.\d+Z$/, "+0000"),
    webhook_configuration: {
      ...(own ? { phone_number: own } : {}),
      ...(wabaOverride ? { whatsapp_business_account: wabaOverride } : {}),
      application: otherApp === undefined ? (world.app.callbackUrl ?? "") : "",
    },
    health_status: phoneHealth(world, phone),
  };
}

/** A number that was not registered within 14 days of its signup has to be verified again. */
export function codeStatusOf(phone: Phone, now: number): string {
  const late = !phone.registeredOnce && now - phone.onboardedAt > 14 * 86_400_000;
  return phone.codeStatus === "VERIFIED" && late ? "EXPIRED" : phone.codeStatus;
}
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
