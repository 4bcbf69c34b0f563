"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { InboxLink } from "@/components/inbox/inbox-link";
import { ListSkeleton } from "@/components/inbox/list-skeleton";
import { useSpeaker } from "@/components/inbox/message-words";
import { hrefOf, type Place } from "@/components/inbox/place";
import { searchQuery } from "@/components/inbox/queries";
import { safeLine } from "@/components/inbox/safe-text";
import { snippet } from "@/components/inbox/snippet";
import { Stamp } from "@/components/inbox/stamp";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { ScrollArea } from "@/components/ui/scroll-area";
import type { SearchHit } from "@/lib/inbox/views";

function Hit({ hit, place }: { hit: SearchHit; place: Place }) {
  const t = useTranslations("inbox");
  const speaker = useSpeaker()(hit.message?.author ?? null);
  const open = place.conversationId === hit.conversationId && place.messageId === (hit.message?.id ?? null);
  return (
    <li className="border-b border-line">
      <InboxLink
        href={hrefOf({ ...place, conversationId: hit.conversationId, messageId: hit.message?.id ?? null })}
        {...(open && { "aria-current": "true" as const })}
        className={cn(
          "block px-4 py-2.5 hover:bg-hover focus-visible:-outline-offset-2",
          open && "bg-selected hover:bg-selected",
        )}
      >
        <span className="flex items-baseline justify-between gap-3">
          <bdi className="truncate font-semibold">{safeLine(hit.name)}</bdi>
          {hit.message && <Stamp at={hit.message.at} className="text-xs text-muted" />}
        </span>
        {hit.message ? (
          <span className="line-clamp-2 text-sm text-muted" dir="auto">
            {speaker && `${speaker} `}
            {snippet(safeLine(hit.message.text), place.q).map((part, index) =>
              part.hit ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts of one string never move
                <mark key={index} className="rounded-sm bg-note-soft text-note-ink">
                  {part.text}
                </mark>
              ) : (
                part.text
              ),
            )}
          </span>
        ) : (
          <span className="text-sm text-muted">{t("search.person")}</span>
        )}
      </InboxLink>
    </li>
  );
}

/** What a search found, newest first; older hits on request. */
export function SearchResults({ place }: { place: Place }) {
  const t = useTranslations("inbox");
  const problem = useProblemText();
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage, refetch, isPlaceholderData } = useInfiniteQuery(
    searchQuery(place.q.trim()),
  );
  const hits = data?.pages.flatMap((page) => page.items) ?? [];
  if (isPending) return <ListSkeleton label={t("search.loading")} />;
  if (error && !data) {
    const reference = error instanceof ProblemError && error.requestId ? { label: t("details"), id: error.requestId } : null;
    return (
      <ErrorState
        title={t("search.failed")}
        detail={problem(error)}
        reference={reference}
        retryLabel={t("retry")}
        onRetry={refetch}
      />
    );
  }
  const older = hasNextPage && (
    <div className="p-3 text-center">
      <Button size="sm" variant="quiet" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {t("search.older")}
      </Button>
    </div>
  );
  return (
    <ScrollArea className={cn("grow", isPlaceholderData && "opacity-70")}>
      <p role="status" className="sr-only">
        {t("search.found", { count: hits.length })}
      </p>
      {hits.length === 0 ? (
        <EmptyState icon={<SearchX aria-hidden="true" />} title={t("search.none")} action={older}>
          {t("search.how")}
        </EmptyState>
      ) : (
        <>
          <ul>
            {hits.map((hit) => (
              <Hit key={`${hit.conversationId}:${hit.message?.id ?? ""}`} hit={hit} place={place} />
            ))}
          </ul>
          {older}
        </>
      )}
    </ScrollArea>
  );
}
