"use client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { Inbox as InboxIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef } from "react";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { ConversationRow } from "@/components/inbox/conversation-row";
import { ListSkeleton } from "@/components/inbox/list-skeleton";
import { hrefOf, type Place } from "@/components/inbox/place";
import { conversationQuery, conversationsQuery, messagesQuery } from "@/components/inbox/queries";
import { useHeldOrder } from "@/components/inbox/use-held-order";
import { useMe } from "@/components/shell/me";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";

const ROW = 76;
const WARM_AFTER_MS = 80;
/** What the server draws before it knows the height of the screen. */
const FIRST_RECT = { width: 352, height: 760 };

/** The rows of a view with its four faces. Virtual from the first row; the open row stays mounted so that focus is never lost. */
export function ConversationList({ place }: { place: Place }) {
  const t = useTranslations("inbox");
  const problem = useProblemText();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    conversationsQuery(place.view),
  );
  if (isPending) return <ListSkeleton label={t("list.loading")} />;
  if (error && !data) {
    const reference = error instanceof ProblemError && error.requestId ? { label: t("details"), id: error.requestId } : null;
    return (
      <ErrorState
        title={t("list.failed")}
        detail={problem(error)}
        reference={reference}
        retryLabel={t("retry")}
        onRetry={refetch}
      />
    );
  }
  const rows = data.pages.flatMap((page) => page.items);
  if (rows.length === 0)
    return (
      <EmptyState icon={<InboxIcon aria-hidden="true" />} title={t(`empty.${place.view}.title`)}>
        {t(`empty.${place.view}.body`)}
      </EmptyState>
    );
  return (
    <Rows
      key={place.view}
      place={place}
      all={rows}
      more={hasNextPage && !isFetchingNextPage ? fetchNextPage : null}
      loadingMore={isFetchingNextPage}
    />
  );
}

interface RowsProps {
  place: Place;
  all: import("@/lib/inbox/views").ConversationRow[];
  more: (() => void) | null;
  loadingMore: boolean;
}

function Rows({ place, all, more, loadingMore }: RowsProps) {
  const t = useTranslations("inbox");
  const me = useMe();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, waiting, release, hold } = useHeldOrder(all);
  const active = rows.findIndex((row) => row.id === place.conversationId);
  const warm = useWarm();
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 6,
    initialRect: FIRST_RECT,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      const keep = [active, focusedRow(rows)].filter((index) => index >= 0 && !shown.includes(index));
      return keep.length > 0 ? [...shown, ...keep].sort((a, b) => a - b) : shown;
    },
  });
  const items = list.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 10) more();
  }, [more, last, rows.length]);
  return (
    <div
      ref={scroller}
      className="thin-scroll relative min-h-0 grow overflow-y-auto overscroll-contain scroll-py-2 md:max-xl:pb-18"
      onPointerMove={hold}
      onFocusCapture={hold}
      onPointerLeave={release}
    >
      {waiting > 0 && (
        <div className="sticky top-2 z-10 flex h-0 justify-center">
          <Button size="sm" variant="primary" className="rounded-full shadow-floating" onClick={release}>
            {t("list.updates", { count: waiting })}
          </Button>
        </div>
      )}
      <ul style={{ height: list.getTotalSize() }} className="relative" aria-busy={loadingMore}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li
              key={item.key}
              aria-posinset={item.index + 1}
              aria-setsize={more || loadingMore ? -1 : rows.length}
              className="absolute inset-x-0 top-0"
              style={{ height: ROW, transform: `translateY(${item.start}px)` }}
            >
              <ConversationRow
                row={row}
                href={hrefOf({ view: place.view, conversationId: row.id })}
                open={row.id === place.conversationId}
                mine={row.assignee?.id === me.userId}
                onWarm={warm}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function focusedRow(rows: readonly { id: string }[]): number {
  if (typeof document === "undefined") return -1;
  const id = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined;
  return id ? rows.findIndex((row) => row.id === id) : -1;
}

/** Fetches a thread 80 ms after its row is pointed at or focused, so that opening it is instant. */
function useWarm() {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (id: string) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        client.prefetchInfiniteQuery(messagesQuery(id));
        client.prefetchQuery(conversationQuery(id));
      }, WARM_AFTER_MS);
    },
    [client],
  );
}
