/** What a pending event says, in our words: its messages, receipts, pieces of a past, names. Pure. */
import { type AccountNews, parseAccountNews } from "@/lib/providers/meta/parse-account";
import { parseMessage, parseStatus, Unreadable } from "@/lib/providers/meta/parse-message";
import { type NumberNews, parseNumberNews } from "@/lib/providers/meta/parse-number-news";
import { type BookEntry, type History, parseAddressBook, parseEcho, parseHistory } from "@/lib/providers/meta/parse-phone-app";
import type { InboundMessage, Receipt } from "@/lib/providers/ports";

export interface Understood {
  messages: InboundMessage[];
  receipts: Receipt[];
  history: History | null;
  book: BookEntry[];
  /** That an account left, paused or came back. */
  news: AccountNews | null;
  /** How a number or its account stands. */
  numberNews: NumberNews | null;
}
const NOTHING: Understood = { messages: [], receipts: [], history: null, book: [], news: null, numberNews: null };

/** Whether an event of this kind and field is for us; the others are kept for the rooms that will understand them. */
export const isUnderstood = ({ kind, field }: { kind: string; field: string }): boolean =>
  kind === "message" || kind === "status" || kind === "echo" || FIELDS.has(field);
/** They name an account, not a number of ours. */
const OF_ACCOUNTS = new Set([
  "account_update",
  "phone_number_quality_update",
  "phone_number_name_update",
  "account_review_update",
  "business_capability_update",
  "security",
  "account_alerts",
]);
const FIELDS = new Set(["history", "smb_app_state_sync", ...OF_ACCOUNTS]);

/**
 * @param channelKnown whether the event names a number of ours
 * @throws Unreadable for what no handler can ever take
 */
export function understand(
  event: { kind: string; field: string },
  payload: Record<string, unknown>,
  channelKnown: boolean,
): Understood {
  if (event.kind === "status") return { ...NOTHING, receipts: [parseStatus(payload)] };
  if (OF_ACCOUNTS.has(event.field)) {
    const news = event.field === "account_update" ? parseAccountNews(payload) : null;
    return { ...NOTHING, news, numberNews: parseNumberNews(event.field, payload) };
  }
  if (!channelKnown) throw new Unreadable("no_channel");
  if (event.kind === "message") return { ...NOTHING, messages: [parseMessage(payload)] };
  if (event.kind === "echo") return { ...NOTHING, messages: [parseEcho(payload)] };
  if (event.field === "smb_app_state_sync") return { ...NOTHING, book: parseAddressBook(payload) };
  const history = parseHistory(payload);
  return { ...NOTHING, history, messages: [...history.chunks.flatMap((chunk) => chunk.messages), ...history.files] };
}
