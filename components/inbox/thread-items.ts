/** What stands in a thread, in order: days, the unread line, notices, messages and how they group. Pure. */
import { isNotice } from "@/lib/kernel/content";
import type { MessageView } from "@/lib/messages/views";

/** A message as drawn: the server's, or one of ours on its way there. */
export interface ThreadMessage extends MessageView {
  /** `sending` and `offline` before the server has it; `refused` when it said no, with the reason key. */
  local?: { state: "sending" | "offline" } | { state: "refused"; reason: string };
}

export type ThreadItem =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "notice"; key: string; message: ThreadMessage }
  | { kind: "message"; key: string; message: ThreadMessage; first: boolean; last: boolean; lateMinutes: number | null };

const GROUP_MS = 3 * 60_000;
const LATE_MS = 2 * 60_000;
/** Meta tries to deliver for so long; what arrives later still was brought in otherwise. */
const RETRY_MS = 7 * 24 * 60 * 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-22` in the zone (IANA name). */
export function dayOf(at: string | number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(zone, format);
  }
  return format.format(new Date(at));
}

const speaker = (message: MessageView) => `${message.direction}:${message.origin}:${message.author?.id ?? ""}`;

/**
 * Minutes between the provider's time and its arrival here, when that was long enough to tell. What was written before `since`,
 * when the number was connected, came with its history and is not late.
 */
export function lateness(message: MessageView, since: string): number | null {
  const late = Date.parse(message.receivedAt) - Date.parse(message.at);
  const told = message.direction === "in" && late > LATE_MS && late < RETRY_MS && message.at >= since;
  return told ? Math.round(late / 60_000) : null;
}

const together = (a: ThreadMessage | undefined, b: ThreadMessage) =>
  a !== undefined && speaker(a) === speaker(b) && Date.parse(b.at) - Date.parse(a.at) < GROUP_MS;

/** `unreadFrom` is the id of the first message that was unread when the thread was opened, `since` when the number was connected. */
export function buildItems(
  messages: readonly ThreadMessage[],
  zone: string,
  unreadFrom: string | null,
  since = "",
): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day = "";
  let previous: ThreadMessage | undefined;
  for (const message of messages) {
    const today = dayOf(message.at, zone);
    if (today !== day) {
      items.push({ kind: "day", key: `day:${today}`, at: message.at });
      day = today;
      previous = undefined;
    }
    if (message.id === unreadFrom) {
      items.push({ kind: "unread", key: "unread" });
      previous = undefined;
    }
    if (isNotice(message.content)) {
      items.push({ kind: "notice", key: message.id, message });
      previous = undefined;
      continue;
    }
    const first = !together(previous, message);
    const before = items[items.length - 1];
    if (!first && before?.kind === "message") before.last = false;
    // The client-made id names a bubble from its first paint on: the server's row takes its place without a flicker.
    items.push({
      kind: "message",
      key: message.requestId ?? message.id,
      message,
      first,
      last: true,
      lateMinutes: lateness(message, since),
    });
    previous = message;
  }
  return items;
}

/** Where a message stands among the items, or -1. */
export const indexOfMessage = (items: readonly ThreadItem[], id: string): number =>
  items.findIndex((item) => "message" in item && item.message.id === id);

/** How many messages stand below the item of this key; none when it is not there. */
export function messagesBelow(items: readonly ThreadItem[], key: string | undefined): number {
  const at = items.findLastIndex((item) => item.key === key);
  return at === -1 ? 0 : items.slice(at + 1).filter((item) => "message" in item).length;
}

/** Whether all `unread` messages that count as unread are among these. */
export const reachesUnread = (messages: readonly MessageView[], unread: number): boolean =>
  messages.filter((message) => message.opensWindow).length >= unread;

/** Id of the first of the newest `unread` messages that count as unread, or null. */
export function firstUnread(messages: readonly MessageView[], unread: number): string | null {
  if (unread <= 0) return null;
  const counted = messages.filter((message) => message.opensWindow);
  return counted[Math.max(0, counted.length - unread)]?.id ?? null;
}
