/** How fresh rows and messages find their place among those already here. Pure. */
import type { ConversationPage, ConversationRow } from "@/lib/inbox/views";
import type { MessagePage, MessageView } from "@/lib/messages/views";

export interface Pages<P> {
  pages: P[];
  pageParams: unknown[];
}

const newestFirst = (a: ConversationRow, b: ConversationRow) =>
  a.lastActivityAt === b.lastActivityAt ? (a.id < b.id ? 1 : -1) : a.lastActivityAt < b.lastActivityAt ? 1 : -1;

/**
 * Puts changed rows into a loaded list. Of `asked`, those missing from `rows` no longer belong to it and leave. A row older than
 * everything loaded is left to its page. An answer that was overtaken (a lower version) is ignored.
 */
export function mergeRows(
  data: Pages<ConversationPage>,
  asked: readonly string[],
  rows: readonly ConversationRow[],
): Pages<ConversationPage> {
  const known = new Map(data.pages.flatMap((page) => page.items).map((row) => [row.id, row]));
  const lastPage = data.pages[data.pages.length - 1];
  const oldest = lastPage?.nextCursor ? lastPage.items[lastPage.items.length - 1] : undefined;
  for (const id of asked) {
    const fresh = rows.find((row) => row.id === id);
    const old = known.get(id);
    if (!fresh) known.delete(id);
    else if (!old ? !oldest || newestFirst(fresh, oldest) < 0 : fresh.version >= old.version) known.set(id, fresh);
  }
  const sorted = [...known.values()].sort(newestFirst);
  const pages = data.pages.map((page, index) => {
    const isLast = index === data.pages.length - 1;
    return { ...page, items: sorted.splice(0, isLast ? sorted.length : page.items.length) };
  });
  return { ...data, pages };
}

/** Changes one row in place, where it is loaded. */
export function patchRow(data: Pages<ConversationPage>, id: string, patch: Partial<ConversationRow>): Pages<ConversationPage> {
  if (!data.pages.some((page) => page.items.some((row) => row.id === id))) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((row) => (row.id === id ? { ...row, ...patch } : row)),
  }));
  return { ...data, pages };
}

/**
 * Merges the newest page (or any fresh messages) into a loaded thread: known ids are replaced where they stand, new ones join the
 * newest page. When nothing overlaps, something between is missing: the thread starts again from the fresh page.
 * Of `asked`, those that would stand in `fresh` and do not were taken back, and leave.
 */
export function mergeMessages(data: Pages<MessagePage>, fresh: MessagePage, asked: readonly string[] = []): Pages<MessagePage> {
  const byId = new Map(fresh.items.map((message) => [message.id, message]));
  const overlap = data.pages.some((page) => page.items.some((message) => byId.has(message.id)));
  const isEmpty = data.pages.every((page) => page.items.length === 0);
  if (isEmpty || (!overlap && fresh.nextCursor !== null)) return { pages: [fresh], pageParams: [null] };
  const oldest = fresh.nextCursor === null ? "" : (fresh.items[0]?.at ?? "");
  const isGone = (message: MessageView) => !byId.has(message.id) && asked.includes(message.id) && message.at > oldest;
  const gone = new Set(data.pages.flatMap((page) => page.items.filter(isGone)).map((message) => message.id));
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.flatMap((message) => {
      if (gone.has(message.id)) return [];
      const found = byId.get(message.id);
      byId.delete(message.id);
      return found ?? message;
    }),
  }));
  const [first, ...rest] = pages;
  return first ? { ...data, pages: [{ ...first, items: [...first.items, ...byId.values()] }, ...rest] } : data;
}

const inOrder = (a: MessageView, b: MessageView) =>
  a.at !== b.at
    ? a.at < b.at
      ? -1
      : 1
    : a.receivedAt !== b.receivedAt
      ? a.receivedAt < b.receivedAt
        ? -1
        : 1
      : a.id < b.id
        ? -1
        : 1;

/** All loaded messages of a thread, oldest first by the provider's time; those taken back are gone. */
export function flattenThread(pages: readonly MessagePage[]): MessageView[] {
  const byId = new Map(pages.flatMap((page) => page.items).map((message) => [message.id, message]));
  return [...byId.values()].filter((message) => message.state !== "cancelled").sort(inOrder);
}
