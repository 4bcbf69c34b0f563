/** What the WhatsApp Business app tells of a number that lives on it: its messages, its past, its address book. Pure. */
import { opensWindow, typeOf } from "@/lib/kernel/content";
import { phoneAliases } from "@/lib/kernel/phone";
import { type Json, list, obj, str } from "@/lib/providers/meta/json";
import { readMessage, Unreadable } from "@/lib/providers/meta/parse-message";
import type { InboundMessage, Reached, Sender } from "@/lib/providers/ports";

const digits = (v: unknown) => str(v)?.replace(/\D/g, "").slice(0, 20) || null;

const clientOf = (phone: string | null, bsuid: string | null): Sender => {
  if (!phone && !bsuid) throw new Unreadable("no_recipient");
  return { phone, bsuid, username: null, profileName: null, becomes: null };
};

/** One message sent on the phone app. @throws Unreadable without id, recipient or time */
export function parseEcho(payload: Json): InboundMessage {
  const echo = obj(payload.echo);
  const sender = clientOf(digits(echo.to), str(echo.to_user_id));
  return { ...readMessage(payload, echo), sender, fromPhone: { reached: "sent" }, past: false, opensWindow: false };
}

/**
 * The text that a number's own phone sent, if an echo is nothing but that; an edit, a file, or an echo in whose frame another number stands
 * is not. Never throws.
 */
export function readOwnText(payload: Json): { text: string; phone: string } | null {
  const echo = obj(payload.echo);
  const { body } = obj(echo.text);
  const [from, phone] = [digits(echo.from), digits(obj(payload.metadata).display_phone_number)];
  if (echo.type !== "text" || typeof body !== "string" || from === null || phone === null) return null;
  return phoneAliases(phone).includes(from) ? { text: body, phone } : null;
}

/** One chunk of a number's past. */
export interface HistoryChunk {
  phase: number;
  order: number;
  /** Place among the parts of the chunk, from 0. */
  part: number;
  /** Percent of the whole that has been told, 0 to 100. */
  progress: number;
  messages: InboundMessage[];
}
export interface History {
  chunks: HistoryChunk[];
  /** Messages of the past told anew, with the file that a placeholder stood for. */
  files: InboundMessage[];
  /** Code of the merchant's refusal to share, or null. */
  declined: number | null;
}

const REACHED: Record<string, Reached> = {
  PENDING: "pending",
  SENT: "sent",
  DELIVERED: "delivered",
  READ: "read",
  PLAYED: "played",
  ERROR: "failed",
};
const within = (v: unknown, low: number, high: number) => Math.min(high, Math.max(low, Math.trunc(Number(str(v)) || 0)));

/**
 * A `history` value. Threads and messages that cannot be read are left out one by one: the past is told in pieces that never
 * come again, and one bad element must not cost the others.
 * @param payload with `value` as Meta sent it, and `part` where a chunk was cut
 */
export function parseHistory(payload: Json): History {
  const value = obj(payload.value);
  const part = within(payload.part, 0, 1_000_000);
  let declined: number | null = null;
  const chunks = list(value.history).flatMap((entry): HistoryChunk[] => {
    const { metadata, threads, errors } = obj(entry);
    const code = Number(str(obj(list(errors)[0]).code));
    if (Number.isSafeInteger(code) && code > 0) declined = code;
    if (!Array.isArray(threads)) return [];
    const { phase, chunk_order, progress } = obj(metadata);
    const messages = threads.flatMap((thread) => threadOf(value, obj(thread)));
    return [
      {
        phase: within(phase, 0, 99),
        order: within(chunk_order, 0, 1_000_000),
        part,
        progress: within(progress, 0, 100),
        messages,
      },
    ];
  });
  return { chunks, files: list(value.messages).flatMap((message) => fileOf(value, obj(message))), declined };
}

/** A file of the past: an ordinary message object, by the client or by the business to one. Unreadable ones are left out. */
function fileOf(value: Json, message: Json): InboundMessage[] {
  try {
    const said = readMessage(value, message);
    const [from, to] = [digits(message.from), digits(message.to)];
    const own = digits(obj(value.metadata).display_phone_number);
    const names = new Set(own === null ? [] : phoneAliases(own));
    // a client's file is addressed to the number, or to nobody
    const byBusiness = to !== null && from !== null && names.has(from);
    const sender = byBusiness ? clientOf(to, str(message.to_user_id)) : clientOf(from, str(message.from_user_id));
    return [{ ...said, sender, fromPhone: byBusiness ? { reached: "sent" } : null, past: true, opensWindow: false }];
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
}

function threadOf(value: Json, thread: Json): InboundMessage[] {
  const client = digits(thread.id);
  if (client === null) return [];
  const names = new Set(phoneAliases(client));
  return list(thread.messages).flatMap((element) => {
    const message = obj(element);
    try {
      const said = readMessage(value, message);
      const byClient = names.has(digits(message.from) ?? "");
      const reached = REACHED[str(obj(message.history_context).status) ?? ""] ?? "sent";
      const sender = clientOf(client, byClient ? str(message.from_user_id) : str(message.to_user_id));
      return [
        {
          ...said,
          sender,
          fromPhone: byClient ? null : { reached },
          past: true,
          opensWindow: byClient && opensWindow(typeOf(said.content)),
        },
      ];
    } catch (error) {
      if (error instanceof Unreadable) return [];
      throw error;
    }
  });
}

/** A name the merchant has given a phone in their address book. */
export interface BookEntry {
  phone: string;
  name: string;
  at: Date;
}

/** The names of an `smb_app_state_sync` value; removals say nothing about who somebody is and are left out. */
export function parseAddressBook(payload: Json): BookEntry[] {
  return list(obj(payload.value).state_sync).flatMap((element) => {
    const { type, contact, action, metadata } = obj(element);
    const { phone_number, full_name, first_name } = obj(contact);
    const [phone, name] = [digits(phone_number), str(full_name) ?? str(first_name)];
    if (type !== "contact" || action === "remove" || !phone || !name) return [];
    const seconds = Number(str(obj(metadata).timestamp));
    const at = Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : new Date(0);
    return [{ phone, name: [...name].slice(0, 200).join(""), at }];
  });
}
