"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MessagesSquare, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { ProblemError } from "@/components/data/http";
import { useHydrated } from "@/components/data/use-hydrated";
import { useProblemText } from "@/components/data/use-problem-text";
import { isOutdated } from "@/components/inbox/cache";
import { Composer } from "@/components/inbox/composer";
import { InboxLink } from "@/components/inbox/inbox-link";
import { keys } from "@/components/inbox/keys";
import { MatterButton } from "@/components/inbox/matter-button";
import { hrefOf, type Place } from "@/components/inbox/place";
import { conversationQuery } from "@/components/inbox/queries";
import { Thread } from "@/components/inbox/thread";
import { ThreadHeader } from "@/components/inbox/thread-header";
import { ThreadSkeleton } from "@/components/inbox/thread-skeleton";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Kbd } from "@/components/ui/kbd";

/** The open conversation, or what to do when none is. */
export function ThreadPane({ place, className }: { place: Place; className?: string }) {
  const t = useTranslations("inbox");
  return (
    <section
      id="thread"
      tabIndex={-1}
      aria-label={t("thread.label")}
      className={cn("flex min-h-0 min-w-0 flex-col bg-paper outline-none", className)}
    >
      {place.conversationId ? (
        <OpenThread key={place.conversationId} id={place.conversationId} place={place} />
      ) : (
        <EmptyState className="grow" icon={<MessagesSquare aria-hidden="true" />} title={t("thread.none.title")}>
          <p>{t("thread.none.body")}</p>
          <p className="mt-3 flex items-center justify-center gap-1.5 pointer-coarse:hidden" aria-hidden="true">
            <Kbd>J</Kbd>
            <Kbd>K</Kbd>
            <Kbd>Enter</Kbd>
          </p>
        </EmptyState>
      )}
    </section>
  );
}

function OpenThread({ id, place }: { id: string; place: Place }) {
  const t = useTranslations("inbox");
  const problem = useProblemText();
  const hydrated = useHydrated();
  const client = useQueryClient();
  const { data, error, isFetching, refetch } = useQuery(conversationQuery(id));
  const outdated = isFetching && isOutdated(client, keys.conversation(id));
  if (error && !data) {
    const gone = error instanceof ProblemError && error.code === "not_found";
    if (gone)
      return (
        <EmptyState
          className="grow"
          icon={<SearchX aria-hidden="true" />}
          title={t("thread.gone.title")}
          action={
            <InboxLink href={hrefOf({ view: place.view })} className="text-accent-ink underline underline-offset-3">
              {t("thread.back")}
            </InboxLink>
          }
        >
          {t("thread.gone.body")}
        </EmptyState>
      );
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
  // The thread is measured and the composer holds a text: both begin once the page is awake.
  if (!data || !hydrated) return <ThreadSkeleton label={t("thread.loading")} />;
  return (
    <>
      <ThreadHeader conversation={data} place={place} />
      <MatterButton conversation={data} />
      <Thread conversation={data} outdated={outdated} place={place} />
      <Composer conversation={data} />
    </>
  );
}
