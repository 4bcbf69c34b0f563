/** Meta's `messages[]` and `statuses[]` elements in our words. Lenient: an unknown type becomes a card, never an exception. Pure. */
import { type ContentView, isInvisible, opensWindow, typeOf } from "@/lib/kernel/content";
import { displayPhone } from "@/lib/kernel/phone";
import { type Json, moment, obj, str } from "@/lib/providers/meta/json";
import { type InboundMessage, RECEIPT_STATUSES, type Receipt, type ReceiptStatus, type Sender } from "@/lib/providers/ports";

const lines = (...values: unknown[]) => values.map(str).filter((v): v is string => v !== null);

/** Thrown for input no handler can ever take; the event is quarantined at once with this cause. */
export class Unreadable extends Error {
  constructor(readonly cause_: string) {
    super(cause_);
  }
}

function timeOf(v: unknown): Date {
  const said = Number(str(v));
  const seconds = said > 100_000_000_000 ? said / 1000 : said; // milliseconds, by somebody's mistake
  const at = moment(seconds);
  if (at === null) throw new Unreadable("no_timestamp");
  return at;
}

/** One inbound message. @throws Unreadable without id, author or time */
export function parseMessage(payload: Json): InboundMessage {
  const message = obj(payload.message);
  const said = readMessage(payload, message);
  const sender = senderOf(message, obj((Array.isArray(payload.contacts) ? payload.contacts : [])[0]));
  return { ...said, sender, fromPhone: null, past: false, opensWindow: opensWindow(typeOf(said.content)) };
}

/**
 * What every message object says, whoever wrote it.
 * @param payload with the `metadata` of its number
 * @throws Unreadable without id or time
 */
export function readMessage(
  payload: Json,
  message: Json,
): Pick<InboundMessage, "type" | "phoneNumberId" | "wamid" | "at" | "content" | "quotes" | "raw"> {
  const wamid = str(message.id);
  const phoneNumberId = str(obj(payload.metadata).phone_number_id);
  if (!wamid || !phoneNumberId) throw new Unreadable("no_id");
  const type = str(message.type) ?? "unknown";
  const content = str(message.group_id) === null ? contentOf(type, message) : groupCard(type, message);
  return {
    type: "message",
    phoneNumberId,
    wamid,
    at: timeOf(message.timestamp),
    content,
    quotes: targetOf(type, message),
    raw: content.kind === "text" ? null : message,
  };
}

/** The earlier message this one answers, reacts to or changes. */
function targetOf(type: string, message: Json): string | null {
  const part = obj(message[type]);
  if (type === "reaction") return str(part.message_id);
  if (type === "edit" || type === "revoke") return str(part.original_message_id);
  return str(obj(message.context).id);
}

const LONGEST_NAME = 200;
const short = (v: unknown) => {
  const name = str(v);
  return name && [...name].slice(0, LONGEST_NAME).join("");
};
const digitsOf = (v: unknown) => str(v)?.replace(/\D/g, "").slice(0, 20) || null;

function senderOf(message: Json, contact: Json): Sender {
  const system = message.type === "system" ? obj(message.system) : {};
  const phone = digitsOf(message.from) ?? digitsOf(contact.wa_id);
  const bsuid = str(message.from_user_id) ?? str(contact.user_id) ?? str(system.previous_user_id);
  if (!phone && !bsuid) throw new Unreadable("no_sender");
  const profile = obj(contact.profile);
  return {
    phone,
    bsuid,
    username: str(profile.username),
    profileName: short(profile.name),
    becomes: becomesOf(system),
  };
}
/** A system message may say under which ids its person goes on; Meta makes a new user id with a new number. */
function becomesOf(system: Json): Sender["becomes"] {
  const phone = digitsOf(system.wa_id);
  const bsuid = str(system.user_id);
  return phone || bsuid ? { phone, bsuid } : null;
}

const card = (type: string, ...values: unknown[]): ContentView => ({ kind: "card", type, lines: lines(...values) });
/** Said to a group, not to us alone: shown as that, so that nobody takes it for a private word. */
function groupCard(type: string, message: Json): ContentView {
  const content = contentOf(type, message);
  return card("group", ...(content.kind === "text" ? [content.text] : content.kind === "card" ? content.lines : []));
}

function contentOf(type: string, message: Json): ContentView {
  const part = obj(message[type]);
  switch (type) {
    case "text": {
      const body = str(part.body);
      return body === null || isInvisible(body) ? card("text") : { kind: "text", text: body };
    }
    case "image":
    case "video":
    case "sticker":
      return card(type, part.caption);
    case "audio":
      return card(part.voice === true ? "voice" : "audio");
    case "document":
      return card(type, part.filename, part.caption);
    case "location":
      return card(type, part.name, part.address, isFinitePair(part) ? `${part.latitude}, ${part.longitude}` : null);
    case "contacts":
      return card(type, ...contactLines(message.contacts));
    case "interactive":
      return interactiveCard(part);
    case "button":
      return card(type, part.text);
    case "reaction":
      return str(part.emoji) ? card(type, part.emoji) : card("reaction_removed");
    case "order":
      return card(type, part.text, ...orderLines(part));
    case "system":
      return noticeCard(part);
    case "edit": {
      const edited = obj(obj(part.message).text);
      return card(type, edited.body);
    }
    case "revoke":
      return card(type);
    case "unsupported":
      return card(type, part.type);
    default:
      return card(/^[a-z_]{1,40}$/.test(type) ? type : "unknown");
  }
}

/** Known kinds are told in the reader's language; of the others Meta's own sentence is kept. */
function noticeCard(system: Json): ContentView {
  const phone = digitsOf(system.wa_id);
  switch (str(system.type)) {
    case "user_changed_number":
    case "customer_changed_number":
      return card("number_changed", phone && displayPhone(phone));
    case "user_changed_user_id":
      return card("user_id_changed", phone && displayPhone(phone));
    case "customer_identity_changed":
      return card("identity_changed");
    default:
      return card("system", system.body);
  }
}

const isFinitePair = (p: Json) => [p.latitude, p.longitude].every((v) => str(v) !== null && Number.isFinite(Number(str(v))));

const contactLines = (value: unknown) =>
  (Array.isArray(value) ? value : []).slice(0, 10).flatMap((c) => {
    const phones = obj(c).phones;
    return [obj(obj(c).name).formatted_name, ...(Array.isArray(phones) ? phones.map((p) => obj(p).phone) : [])];
  });

const orderLines = (order: Json) =>
  (Array.isArray(order.product_items) ? order.product_items : []).slice(0, 20).map((item) => {
    const i = obj(item);
    return lines(i.quantity, "×", i.product_retailer_id, i.item_price, i.currency).join(" ");
  });

function interactiveCard(part: Json): ContentView {
  const kind = str(part.type) ?? "unknown";
  const reply = obj(part[kind]);
  if (kind === "button_reply") return card("button_reply", reply.title);
  if (kind === "list_reply") return card("list_reply", reply.title, reply.description);
  if (kind === "nfm_reply") return card("flow_reply", reply.body);
  if (kind === "call_permission_reply") return card("call_permission_reply", reply.response);
  return card("interactive");
}

/** One status. @throws Unreadable without id or time, or with a status Meta has not documented */
export function parseStatus(payload: Json): Receipt {
  const status = obj(payload.status);
  const wamid = str(status.id);
  const phoneNumberId = str(obj(payload.metadata).phone_number_id);
  if (!wamid || !phoneNumberId) throw new Unreadable("no_id");
  const name = str(status.status);
  if (!RECEIPT_STATUSES.includes(name as ReceiptStatus)) throw new Unreadable("unknown_status");
  const error = obj((Array.isArray(status.errors) ? status.errors : [])[0]);
  const code = Number(str(error.code) ?? Number.NaN);
  return {
    type: "receipt",
    phoneNumberId,
    wamid,
    status: name as ReceiptStatus,
    at: timeOf(status.timestamp),
    tag: str(status.biz_opaque_callback_data),
    failureCode: name === "failed" && Number.isInteger(code) && Math.abs(code) < 2 ** 31 ? code : null,
  };
}
