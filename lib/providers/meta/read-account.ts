/** What Graph says of tokens, accounts, numbers and the app, in our words. Source: Meta, Graph API reference. Pure. */
import { type Json, list, obj } from "@/lib/providers/meta/json";
import type { AppSubscription, RemoteAccount, RemoteNumber, RemoteStanding, TokenReport } from "@/lib/providers/ports";

/** A short text without NUL, or a number as text; else null. */
export const text = (v: unknown): string | null =>
  typeof v === "string" && v !== "" ? v.replaceAll("\u0000", "").slice(0, 500) : typeof v === "number" ? String(v) : null;
export const whole = (v: unknown): number | null => (typeof v === "number" && Number.isSafeInteger(v) ? v : null);
/** What an id of Meta's looks like. */
export const ID = /^\d{1,32}$/;

const moment = (v: unknown): number | null => {
  const at = whole(v);
  return at ? at * 1000 : null; // 0 means never
};

/** @param appId ours, to tell whether the token is */
export function reportOf(data: Json, appId: string | undefined): TokenReport {
  const error = obj(data.error);
  const grants = list(data.granular_scopes).map(obj);
  // the entry of one scope may be missing, so every WhatsApp scope is looked at
  const accounts = grants.filter((g) => text(g.scope)?.startsWith("whatsapp_")).flatMap((g) => list(g.target_ids).map(text));
  return {
    valid: data.is_valid === true,
    ours: appId !== undefined && text(data.app_id) === appId,
    userId: text(data.user_id),
    scopes: list(data.scopes).flatMap((s) => text(s) ?? []),
    expiresAt: moment(data.expires_at),
    dataAccessExpiresAt: moment(data.data_access_expires_at),
    accounts: [...new Set(accounts.filter((id): id is string => id !== null && ID.test(id)))],
    code: whole(error.code),
    subcode: whole(error.subcode),
  };
}

export const accountOf = (json: Json): RemoteAccount => ({
  id: text(json.id) ?? "",
  name: text(json.name) ?? "",
  ownerBusinessId: text(obj(json.owner_business_info).id),
  review: text(json.account_review_status),
  businessVerification: text(json.business_verification_status),
});

export const numberOf = (n: Json): RemoteNumber => ({
  id: text(n.id) ?? "",
  display: text(n.display_phone_number) ?? "",
  verifiedName: text(n.verified_name) ?? "",
  status: text(n.status),
  platform: text(n.platform_type),
  codeVerification: text(n.code_verification_status),
  nameStatus: text(n.name_status),
  quality: text(n.quality_rating),
  limit: text(n.whatsapp_business_manager_messaging_limit) ?? text(n.messaging_limit_tier),
  throughput: text(obj(n.throughput).level),
  onBusinessApp: n.is_on_biz_app === true,
});

/** A number with where its webhooks go and what keeps it from sending. */
export function standingOf(n: Json): RemoteStanding {
  const callbacks = obj(n.webhook_configuration);
  const health = obj(n.health_status);
  const entities = list(health.entities).map(obj);
  const limiting = entities.filter((one) => text(one.can_send_message) !== "AVAILABLE");
  return {
    ...numberOf(n),
    overrides: { number: text(callbacks.phone_number), account: text(callbacks.whatsapp_business_account) },
    callback: text(callbacks.phone_number) ?? text(callbacks.whatsapp_business_account) ?? text(callbacks.application),
    health:
      n.health_status === undefined
        ? null
        : {
            can: text(health.can_send_message),
            limitedBy: limiting.flatMap((one) => text(one.entity_type) ?? []),
            codes: entities.flatMap((one) => list(one.errors).flatMap((error) => whole(obj(error).error_code) ?? [])),
          },
  };
}

/** The app's subscription to WhatsApp accounts; other objects are no business of ours. */
export function subscriptionOf(json: Json): AppSubscription {
  const entry = list(json.data)
    .map(obj)
    .find((one) => one.object === "whatsapp_business_account" && one.active !== false);
  return {
    callback: text(entry?.callback_url),
    fields: list(entry?.fields).flatMap((field) => text(typeof field === "string" ? field : obj(field).name) ?? []),
  };
}
