import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "@/components/inbox/keys";
import { mergeMessages, mergeRows, patchRow } from "@/components/inbox/merge";
import { type ConversationPage, type ConversationRow, type ConversationView, VIEWS, type ViewName } from "@/lib/inbox/views";
import type { MessagePage, MessageView } from "@/lib/messages/views";

type Rows = InfiniteData<ConversationPage, string | null>;
type Thread = InfiniteData<MessagePage, string | null>;

/** Fresh rows for one loaded view. */
export function putRows(client: QueryClient, view: ViewName, asked: readonly string[], rows: readonly ConversationRow[]): void {
  client.setQueryData<Rows>(keys.conversations(view), (data) => data && (mergeRows(data, asked, rows) as Rows));
}

/** A guess at how a row looks after something done here, in every loaded view; the server's row follows. */
export function guessRow(client: QueryClient, id: string, patch: Partial<ConversationRow>): void {
  for (const view of VIEWS)
    client.setQueryData<Rows>(keys.conversations(view), (data) => data && (patchRow(data, id, patch) as Rows));
  client.setQueryData<ConversationView>(keys.conversation(id), (data) => data && { ...data, ...patch });
}

/** The server's answer to a change of one row. It may have left a view, so the other loaded views are asked again when shown. */
export function putRow(client: QueryClient, row: ConversationRow): void {
  guessRow(client, row.id, row);
  client.invalidateQueries({ queryKey: keys.counts });
}

/** @param asked messages that were loaded before the page was asked for: those it lacks were taken back */
export function putMessages(client: QueryClient, conversationId: string, page: MessagePage, asked: readonly string[] = []): void {
  client.setQueryData<Thread>(keys.messages(conversationId), (data) => data && (mergeMessages(data, page, asked) as Thread));
}

/** One message that came back from a send, an undo or a resend. */
export function putMessage(client: QueryClient, message: MessageView): void {
  putMessages(client, message.conversationId, { items: [message], nextCursor: null });
}

export function findByRequest(client: QueryClient, conversationId: string, requestId: string): MessageView | undefined {
  const data = client.getQueryData<Thread>(keys.messages(conversationId));
  return data?.pages.flatMap((page) => page.items).find((message) => message.requestId === requestId);
}

/** Whether a live event has named it since it was loaded. */
export const isOutdated = (client: QueryClient, key: readonly unknown[]): boolean =>
  client.getQueryState(key)?.isInvalidated === true;

export const loadedIds = (client: QueryClient, conversationId: string): string[] =>
  client.getQueryData<Thread>(keys.messages(conversationId))?.pages.flatMap((page) => page.items.map((message) => message.id)) ??
  [];

export const isLoaded = (client: QueryClient, conversationId: string, messageId: string): boolean =>
  client
    .getQueryData<Thread>(keys.messages(conversationId))
    ?.pages.some((page) => page.items.some((message) => message.id === messageId)) ?? false;
