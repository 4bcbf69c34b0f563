/**
 * What Meta tells of how a number or its account stands, in the words its own reads use, so that one table judges both. Source: Meta,
 * Webhooks, fields `phone_number_quality_update`, `phone_number_name_update`, `account_review_update`, `business_capability_update`; what
 * happened beside, of `parse-number-events`. Pure.
 */
import { type Json, moment, obj, str } from "@/lib/providers/meta/json";
import { alertedNumber, type NumberEvent, readEvents, word } from "@/lib/providers/meta/parse-number-events";

export interface NumberNews {
  /** Digits of the number meant, to be compared within the organisation the event was routed to; null: every number of the account. */
  phone: string | null;
  /** The number meant by its id, where Meta names that. */
  phoneNumberId: string | null;
  facts: { check: "quality" | "tier" | "throughput" | "name" | "review"; word: string }[];
  events: NumberEvent[];
  /** When Meta says it was; null where it does not. */
  at: Date | null;
}
type Fact = NumberNews["facts"][number];

const look = (table: Record<string, string>, key: string | null) =>
  key !== null && Object.hasOwn(table, key) ? (table[key] ?? null) : null;

const NAME = { APPROVED: "APPROVED", REJECTED: "DECLINED", PENDING: "PENDING_REVIEW", DEFERRED: "PENDING_REVIEW" };
/** Only what is certain: a number that is no longer flagged may be medium or high. */
const QUALITY = { FLAGGED: "RED" };
const THROUGHPUT = { THROUGHPUT_UPGRADE: "HIGH" };

/** A limit comes as a number or as its tier; below zero has been seen for none. */
function tierOf(limit: unknown): string | null {
  if (word(limit) !== null) return word(limit);
  if (typeof limit !== "number" || !Number.isSafeInteger(limit)) return null;
  if (limit < 0) return "TIER_UNLIMITED";
  return limit >= 1000 && limit % 1000 === 0 ? `TIER_${limit / 1000}K` : `TIER_${limit}`;
}

const READERS: Record<string, (value: Json) => { check: Fact["check"]; word: string | null }[]> = {
  phone_number_quality_update: (value) => [
    { check: "quality", word: look(QUALITY, word(value.event)) },
    { check: "throughput", word: look(THROUGHPUT, word(value.event)) },
    { check: "tier", word: tierOf(value.max_daily_conversations_per_business ?? value.current_limit) },
  ],
  phone_number_name_update: (value) => [{ check: "name", word: look(NAME, word(value.decision)) }],
  account_review_update: (value) => [{ check: "review", word: word(value.decision) }],
  business_capability_update: (value) => [{ check: "tier", word: tierOf(value.max_daily_conversations_per_business) }],
};

/** @returns null for other fields, and for what says nothing of how a number stands */
export function parseNumberNews(field: string, payload: Json): NumberNews | null {
  const read = Object.hasOwn(READERS, field) ? READERS[field] : undefined;
  const value = obj(payload.value);
  const facts = (read?.(value) ?? []).filter((fact): fact is Fact => fact.word !== null);
  const events = readEvents(field, value);
  if (facts.length === 0 && events.length === 0) return null;
  const phone = str(value.display_phone_number ?? value.phone_number)?.replace(/\D/g, "") || null;
  return { phone, phoneNumberId: alertedNumber(field, value), facts, events, at: moment(payload.entryTime) };
}
