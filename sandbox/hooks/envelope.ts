/** How Meta writes and signs a webhook. Pure. */
import { createHmac } from "node:crypto";
import type { JsonObject } from "../json";

export type HookEvent = ChatEvent | FieldEvent;

/** A change of any other webhook field: accounts, numbers, coexistence. */
export interface FieldEvent {
  field: string;
  value: JsonObject;
  /** `entry.id`: the account, or our partner portfolio. */
  entryId: string;
  /** `entry.time`, seconds; messages-like fields have none. */
  time?: number;
  wabaId: string | null;
  phoneNumberId: string | null;
  wamid: string | null;
  client: string | null;
  type: string;
  text?: string;
}

/** One message or status on its way to the business. */
export interface ChatEvent {
  wabaId: string;
  phoneNumberId: string;
  displayDigits: string;
  /** The list of `value` it belongs to. */
  list: "messages" | "statuses";
  /** The message or status object. */
  payload: JsonObject;
  /** The `contacts` entry of the client; none on failures and system messages. */
  contact?: JsonObject;
  wamid: string;
  client: string;
  /** Message type, or the status. */
  type: string;
  text?: string;
  tag?: string;
}

/**
 * The bytes Meta sends: ASCII only, non-ASCII as lower-case \uXXXX and slashes as \/, so that a receiver which
 * re-serialises before it verifies is found out.
 * @param escaped false leaves the JSON as JavaScript writes it
 */
export function wireBytes(value: unknown, escaped = true): Buffer {
  const json = JSON.stringify(value);
  if (!escaped) return Buffer.from(json, "utf8");
  return Buffer.from(
    json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).replace(/\//g, "\\/"),
    "ascii",
  );
}

/** The value of `X-Hub-Signature-256`. */
export const signature = (bytes: Buffer, secret: string): string =>
  `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;

/**
 * One envelope around any number of events: an `entry` per account, a change per number and kind, and within it the
 * messages (or statuses) in the order given, with each client once in `contacts`.
 */
export function envelope(events: HookEvent[]): JsonObject {
  const entries = new Map<string, Map<string, JsonObject>>();
  const others: JsonObject[] = [];
  for (const event of events) {
    if ("field" in event) {
      const time = event.time === undefined ? {} : { time: event.time };
      others.push({ id: event.entryId, ...time, changes: [{ value: event.value, field: event.field }] });
      continue;
    }
    const changes = entries.get(event.wabaId) ?? new Map<string, JsonObject>();
    entries.set(event.wabaId, changes);
    const key = `${event.phoneNumberId}/${event.list}`;
    const value = changes.get(key) ?? {
      messaging_product: "whatsapp",
      metadata: { display_phone_number: event.displayDigits, phone_number_id: event.phoneNumberId },
    };
    changes.set(key, value);
    if (event.contact) value.contacts = withContact(value.contacts, event.contact);
    value[event.list] = [...((value[event.list] as JsonObject[] | undefined) ?? []), event.payload];
  }
  return {
    object: "whatsapp_business_account",
    entry: [
      ...[...entries].map(([id, changes]) => ({
        id,
        changes: [...changes.values()].map((value) => ({ value, field: "messages" })),
      })),
      ...others,
    ],
  };
}

function withContact(contacts: unknown, contact: JsonObject): JsonObject[] {
  const list = (contacts as JsonObject[] | undefined) ?? [];
  return list.some((known) => known.user_id === contact.user_id) ? list : [...list, contact];
}

/** Broken bodies, each to be signed correctly: what a receiver must store and quarantine rather than choke on. */
export const MALFORMED: readonly string[] = [
  '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"mess',
  "not json at all",
  "[1,2,3]",
  '{"object":"whatsapp_business_account","entry":{"id":"1"}}',
  '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":"text"}]}]}',
  '{"object":"page","entry":[]}',
  "null",
];
