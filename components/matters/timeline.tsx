"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useProblemText } from "@/components/data/use-problem-text";
import { DAY_AND_CLOCK, EXACT } from "@/components/inbox/formats";
import { useExcerpt } from "@/components/inbox/message-words";
import { hrefOf } from "@/components/inbox/place";
import { safeLine } from "@/components/inbox/safe-text";
import { type Only, timelineQuery } from "@/components/matters/queries";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Link } from "@/components/ui/link";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActivityView, TimelineItem } from "@/lib/inbox/views";
import { previewOf } from "@/lib/kernel/content";
import type { MessageView } from "@/lib/messages/views";

/** Everything of a matter in order, newest first; what is told of can be gone to. */
export function Timeline({ matterId }: { matterId: string }) {
  const t = useTranslations("matters");
  const problem = useProblemText();
  const [only, setOnly] = useState<Only>("all");
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    timelineQuery(matterId, only),
  );
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-3">
      <Select
        value={only}
        onValueChange={(value) => setOnly(value as Only)}
        label={t("timeline.filter")}
        options={(["all", "messages", "activities"] as const).map((value) => ({ value, label: t(`timeline.only.${value}`) }))}
        className="w-52"
      />
      {isPending && (
        <div role="status" aria-busy="true" aria-label={t("loading")} className="space-y-3">
          <Skeleton className="h-10" />
          <Skeleton className="h-10" />
        </div>
      )}
      {error && !data && (
        <ErrorState title={t("failed")} detail={problem(error)} retryLabel={t("retry")} onRetry={() => void refetch()} />
      )}
      {data && items.length === 0 && <EmptyState title={t("timeline.none")}>{t("timeline.noneBody")}</EmptyState>}
      <ol className="flex flex-col gap-4" aria-label={t("timeline.title")}>
        {items.map((item) => (
          <Line key={item.type === "message" ? item.message.id : item.activity.id} item={item} />
        ))}
      </ol>
      {hasNextPage && (
        <Button pending={isFetchingNextPage} onClick={() => void fetchNextPage()} className="self-center">
          {t("more")}
        </Button>
      )}
    </div>
  );
}

function Line({ item }: { item: TimelineItem }) {
  const t = useTranslations("matters");
  const format = useFormatter();
  const { at, conversationId } = item.type === "message" ? item.message : item.activity;
  const messageId = item.type === "message" ? item.message.id : item.activity.messageId;
  return (
    <li className="border-s-2 border-line ps-3">
      <p className="flex flex-wrap gap-x-2 text-xs text-muted">
        <time dateTime={at} title={format.dateTime(new Date(at), EXACT)} className="tabular">
          {format.dateTime(new Date(at), DAY_AND_CLOCK)}
        </time>
        <Link href={hrefOf({ view: "all", conversationId, messageId })}>{t("timeline.open")}</Link>
      </p>
      {item.type === "message" ? <Said message={item.message} /> : <Done activity={item.activity} />}
    </li>
  );
}

function Said({ message }: { message: MessageView }) {
  const t = useTranslations("matters");
  const excerpt = useExcerpt();
  const author = message.direction === "in" ? t("timeline.client") : safeLine(message.author?.name ?? t("timeline.us"));
  return (
    <p className="mt-0.5 break-words">
      <bdi className="font-semibold">{author}</bdi>{" "}
      <span dir="auto" className="line-clamp-4">
        {excerpt(previewOf(message.content))}
      </span>
    </p>
  );
}

function Done({ activity }: { activity: ActivityView }) {
  const t = useTranslations("matters");
  const actor = activity.actor ? safeLine(activity.actor.name) : t("timeline.parley");
  const person = activity.person ? safeLine(activity.person.name) : "";
  return (
    <div className="mt-0.5 text-sm text-muted">
      <p>{t(`activity.${activity.kind}`, { actor, person })}</p>
      {activity.sha256 && (
        <p className="break-all font-mono text-xs">
          {t("timeline.hash")} {activity.sha256}
        </p>
      )}
    </div>
  );
}
