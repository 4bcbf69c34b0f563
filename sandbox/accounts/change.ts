/** Quality, names, reviews, limits and restrictions: the change itself, and its webhook. */
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { asArray, asObject, asText, isObject, type JsonObject } from "../json";
import type { Phone, Waba } from "../world";
import { tellField } from "./tell";

export interface Change {
  /** Whether anybody was told. */
  sent: boolean;
  field: string;
  value: JsonObject;
}

/** Short names of fields. */
const FIELDS: { [name: string]: string } = {
  quality: "phone_number_quality_update",
  name: "phone_number_name_update",
  review: "account_review_update",
  capability: "business_capability_update",
  restriction: "account_update",
};

/**
 * Carries out `{field, wabaId, phoneNumberId?, value}`. `field` is a webhook field or a short name; `value` is what Meta
 * would send, or one word ("RED", "REJECTED", 2000, a restriction type). Any other field is passed on as it is.
 * @throws ControlError 400 or 404
 */
export function changeAccount(ctx: Context, input: JsonObject): Change {
  const asked = asText(input.field);
  if (asked === undefined) throw new ControlError(400, "field is missing");
  const waba = ctx.world.wabas.get(asText(input.wabaId) ?? "");
  if (!waba) throw new ControlError(404, "wabaId is not an account of this sandbox");
  const given = isObject(input.value) ? input.value : undefined;
  const phones = ctx.world.phonesOf(waba.id);
  const wanted = asText(input.phoneNumberId) ?? asText(given?.phoneNumberId);
  const phone = wanted === undefined ? phones[0] : phones.find((one) => one.id === wanted);
  if (wanted !== undefined && !phone) throw new ControlError(404, "phoneNumberId is not a number of this account");
  const field = FIELDS[asked] ?? asked;
  const value = withoutOurs(asked, { waba, phone, word: asText(input.value), given: given ?? {} }, phones);
  return { sent: tellField(ctx, field, value, waba.id), field, value };
}

interface About {
  waba: Waba;
  phone: Phone | undefined;
  /** The value, when it was a single word. */
  word: string | undefined;
  given: JsonObject;
}

/** Makes the change and returns the value of its webhook, without the keys only we understand. */
function withoutOurs(asked: string, about: About, phones: Phone[]): JsonObject {
  const { phoneNumberId: _, quality_rating: __, ...value } = { ...about.given, ...changed(asked, about, phones) };
  return value;
}

function changed(asked: string, about: About, phones: Phone[]): JsonObject {
  switch (FIELDS[asked] ?? asked) {
    case "phone_number_quality_update":
      return quality(about);
    case "phone_number_name_update":
      return name(about);
    case "account_review_update":
      return review(about);
    case "business_capability_update":
      return capability(about, phones);
    case "account_update":
      return asked === "restriction" ? restriction(about) : accountUpdate(about);
    default:
      return {};
  }
}

const RATING: { [event: string]: string } = { FLAGGED: "RED", DOWNGRADE: "YELLOW", UNFLAGGED: "GREEN", UPGRADE: "GREEN" };
const EVENT: { [rating: string]: string } = { RED: "FLAGGED", YELLOW: "DOWNGRADE", GREEN: "UNFLAGGED" };

function quality({ phone, word, given }: About): JsonObject {
  if (!phone) throw new ControlError(409, "the account has no number");
  const asked = asText(given.quality_rating) ?? (word !== undefined && EVENT[word] ? word : undefined);
  const event = asText(given.event) ?? (asked === undefined ? word : EVENT[asked]) ?? "ONBOARDING";
  phone.quality = asked ?? RATING[event] ?? phone.quality;
  if (event === "THROUGHPUT_UPGRADE") phone.throughput = "HIGH";
  phone.tier = asText(given.max_daily_conversations_per_business) ?? asText(given.current_limit) ?? phone.tier;
  const limits = { current_limit: phone.tier, max_daily_conversations_per_business: phone.tier };
  return { display_phone_number: phone.digits, event, ...limits };
}

const NAME_STATUS: { [decision: string]: string } = { APPROVED: "APPROVED", REJECTED: "DECLINED" };

function name({ phone, word, given }: About): JsonObject {
  if (!phone) throw new ControlError(409, "the account has no number");
  const decision = asText(given.decision) ?? word ?? "APPROVED";
  const requested = asText(given.requested_verified_name) ?? phone.name;
  phone.nameStatus = NAME_STATUS[decision] ?? "PENDING_REVIEW";
  if (decision === "APPROVED") phone.name = requested;
  const reason = given.rejection_reason ?? (decision === "REJECTED" ? "NAME_NOT_CONSISTENT" : null);
  return { display_phone_number: phone.digits, decision, requested_verified_name: requested, rejection_reason: reason };
}

function review({ waba, word, given }: About): JsonObject {
  const decision = asText(given.decision) ?? word ?? "APPROVED";
  waba.review = decision === "DEFERRED" ? "PENDING" : decision;
  return { decision };
}

function capability({ word, given }: About, phones: Phone[]): JsonObject {
  const limit = given.max_daily_conversations_per_business ?? (word === undefined ? 2000 : numberOr(word));
  for (const phone of phones) phone.tier = tierOf(limit);
  return {
    max_daily_conversations_per_business: limit,
    max_phone_numbers_per_business: given.max_phone_numbers_per_business ?? 20,
    max_phone_numbers_per_waba: given.max_phone_numbers_per_waba ?? 25,
  };
}

const numberOr = (word: string): number | string => (/^-?\d+$/.test(word) ? Number(word) : word);

function tierOf(limit: unknown): string {
  if (typeof limit !== "number") return asText(limit) ?? "TIER_250";
  if (limit < 0) return "TIER_UNLIMITED";
  return limit >= 1000 ? `TIER_${Math.floor(limit / 1000)}K` : `TIER_${limit}`;
}

/** `value` may be one type, or `{restriction_info, violation_info}`; "NONE" lifts all of them. */
function restriction({ waba, word, given }: About): JsonObject {
  const info = word === undefined ? asArray(given.restriction_info) : word === "NONE" ? [] : [{ restriction_type: word }];
  restrict(waba, info);
  const violation = given.violation_info ?? { violation_type: "SPAM" };
  return { event: "ACCOUNT_RESTRICTION", restriction_info: info, violation_info: violation };
}

function restrict(waba: Waba, info: unknown[]): void {
  waba.restrictions = info.filter(isObject).map((one) => {
    const expiration = Number(one.expiration);
    return { type: asText(one.restriction_type) ?? "", ...(expiration > 0 ? { expiration } : {}) };
  });
}

/** Any event of `account_update` as Meta writes it; bans and restrictions take effect. */
function accountUpdate({ waba, word, given }: About): JsonObject {
  const event = asText(given.event) ?? word;
  if (event === "ACCOUNT_RESTRICTION") restrict(waba, asArray(given.restriction_info));
  if (event === "DISABLED_UPDATE") waba.banState = asText(asObject(given.ban_info).waba_ban_state) ?? "DISABLE";
  return event === undefined ? {} : { event };
}
