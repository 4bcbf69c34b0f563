/**
 * What Meta tells that happened to an account or a number, in its own words. Source: Meta, Webhooks, fields `account_update`, `security`,
 * `account_alerts`. Pure.
 */
import { type Json, list, moment, obj, str } from "@/lib/providers/meta/json";

export interface NumberEvent {
  what: "account" | "security" | "alert";
  /** Meta's own word, in capitals. */
  word: string;
  /** More of its words, and the day until which it holds (`2026-11-26`), with `, ` between; at most 200 characters. */
  detail: string | null;
}

const WORD = /^[A-Z0-9_]{1,60}$/;
/** A word of Meta's, or null for what is none. */
export const word = (v: unknown): string | null => (typeof v === "string" && WORD.test(v) ? v : null);

const LONGEST = 200;
/** As many as fit whole. */
function joined(words: readonly (string | null)[]): string | null {
  let text = "";
  for (const one of new Set(words)) {
    const next = text === "" ? one : `${text}, ${one}`;
    if (one !== null && next !== null && next.length <= LONGEST) text = next;
  }
  return text || null;
}

function restriction(value: Json): string | null {
  const all = list(value.restriction_info).map(obj);
  const ends = all.flatMap(({ expiration }) => moment(expiration) ?? []).sort((a, b) => b.getTime() - a.getTime());
  const until = ends[0]?.toISOString().slice(0, 10) ?? null;
  const violation = word(obj(value.violation_info).violation_type);
  return joined([until, ...all.map(({ restriction_type }) => word(restriction_type)), violation]);
}

/** By event: its word where that is another, and its details. Partners coming and going are news of the connection, not here. */
const ACCOUNT: Record<string, (value: Json) => { word?: string | null; detail: string | null }> = {
  ACCOUNT_RESTRICTION: (value) => ({ detail: restriction(value) }),
  ACCOUNT_VIOLATION: (value) => ({ detail: word(obj(value.violation_info).violation_type) }),
  DISABLED_UPDATE: (value) => ({ word: word(obj(value.ban_info).waba_ban_state), detail: null }),
  VERIFIED_ACCOUNT: () => ({ detail: null }),
  PARTNER_CLIENT_CERTIFICATION_NEEDED: () => ({ detail: null }),
  PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE: (value) => ({
    detail: word(obj(value.partner_client_certification_info).status),
  }),
};

function account(value: Json): NumberEvent[] {
  const event = word(value.event);
  const read = event !== null && Object.hasOwn(ACCOUNT, event) ? ACCOUNT[event] : undefined;
  if (event === null || read === undefined) return [];
  const said = read(value);
  return [{ what: "account", word: said.word ?? event, detail: said.detail }];
}

function security(value: Json): NumberEvent[] {
  const event = word(value.event);
  return event === null ? [] : [{ what: "security", word: event, detail: null }];
}

/** Older alerts carry their words flat. */
function alert(value: Json): NumberEvent[] {
  const info = { ...value, ...obj(value.alert_info) };
  const type = word(info.alert_type);
  return type === null ? [] : [{ what: "alert", word: type, detail: word(info.alert_severity) }];
}

const READERS: Record<string, (value: Json) => NumberEvent[]> = { account_update: account, security, account_alerts: alert };

/** What happened; nothing for other fields. */
export const readEvents = (field: string, value: Json): NumberEvent[] =>
  Object.hasOwn(READERS, field) ? (READERS[field]?.(value) ?? []) : [];

/** The number an alert is about, by its id; null when it is about the account. */
export const alertedNumber = (field: string, value: Json): string | null =>
  field === "account_alerts" && value.entity_type === "PHONE_NUMBER" ? str(value.entity_id) : null;
