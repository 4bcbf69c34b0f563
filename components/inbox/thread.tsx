"use client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTimeZone, useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { Announcer } from "@/components/inbox/announcer";
import { isOutdated } from "@/components/inbox/cache";
import { keys } from "@/components/inbox/keys";
import { flattenThread } from "@/components/inbox/merge";
import type { Place } from "@/components/inbox/place";
import { messagesQuery } from "@/components/inbox/queries";
import { buildItems, firstUnread, reachesUnread } from "@/components/inbox/thread-items";
import { ThreadList } from "@/components/inbox/thread-list";
import { useMarkRead } from "@/components/inbox/use-mark-read";
import { usePendingMessages } from "@/components/inbox/use-send";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConversationView } from "@/lib/inbox/views";
import type { MessageView } from "@/lib/messages/views";

/** So many pages at most are loaded to find the first unread message. */
const PAGES_TO_UNREAD = 4;
const NONE: MessageView[] = [];

interface Props {
  conversation: ConversationView;
  /** The conversation has changed since, and its new state is on its way. */
  outdated: boolean;
  place: Place;
}

/** The messages of one conversation with their four faces. What was unread on opening is marked until one leaves. */
export function Thread({ conversation, outdated, place }: Props) {
  const t = useTranslations("inbox");
  const zone = useTimeZone() ?? "UTC";
  const problem = useProblemText();
  const client = useQueryClient();
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } =
    useInfiniteQuery(messagesQuery(conversation.id));
  const pending = usePendingMessages(conversation.id);
  const messages = useMemo(() => (data ? flattenThread(data.pages) : []), [data]);
  // It opens at what is unread: not before that is known and loaded.
  const [opening, setOpening] = useState<{ unreadFrom: string | null } | null>(null);
  const known = data && !outdated && !(isFetching && isOutdated(client, keys.messages(conversation.id)));
  const searching =
    !opening &&
    known &&
    !reachesUnread(messages, conversation.unread) &&
    hasNextPage &&
    !isFetchNextPageError &&
    data.pages.length < PAGES_TO_UNREAD;
  if (!opening && known && !searching) setOpening({ unreadFrom: firstUnread(messages, conversation.unread) });
  useEffect(() => {
    if (searching && !isFetchingNextPage) fetchNextPage();
  }, [searching, isFetchingNextPage, fetchNextPage]);
  useMarkRead(conversation.id, opening ? messages : NONE);
  const items = useMemo(() => {
    const arrived = new Set(messages.map((message) => message.requestId));
    const all = [...messages, ...pending.filter((message) => !arrived.has(message.requestId))];
    return buildItems(all, zone, opening?.unreadFrom ?? null, conversation.channelSince);
  }, [messages, pending, zone, opening, conversation.channelSince]);
  if (error && !data) {
    const reference = error instanceof ProblemError && error.requestId ? { label: t("details"), id: error.requestId } : null;
    return (
      <ErrorState
        className="grow"
        title={t("thread.failed")}
        detail={problem(error)}
        reference={reference}
        retryLabel={t("retry")}
        onRetry={refetch}
      />
    );
  }
  if (!data || !opening)
    return (
      <div role="status" aria-busy="true" aria-label={t("thread.loading")} className="flex grow flex-col justify-end gap-4 p-6">
        <Skeleton className="h-12 w-2/5 rounded-bubble" />
        <Skeleton className="ms-auto h-12 w-1/2 rounded-bubble" />
      </div>
    );
  if (items.length === 0)
    return (
      <EmptyState className="grow" title={t("thread.empty.title")}>
        {t("thread.empty.body")}
      </EmptyState>
    );
  return (
    <>
      <ThreadList
        conversation={conversation}
        items={items}
        target={place.messageId}
        loadOlder={hasNextPage && !isFetchingNextPage ? fetchNextPage : null}
        loadingOlder={isFetchingNextPage}
        atStart={!hasNextPage}
      />
      <Announcer messages={messages} name={conversation.name} />
    </>
  );
}
