"use client";
import { PencilLine, ShieldAlert, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { InboxLink } from "@/components/inbox/inbox-link";
import { StateIcon } from "@/components/inbox/message-state";
import { useExcerpt, useSpeaker } from "@/components/inbox/message-words";
import { safeLine } from "@/components/inbox/safe-text";
import { Stamp } from "@/components/inbox/stamp";
import { WindowPill } from "@/components/inbox/window-pill";
import { WindowRing } from "@/components/inbox/window-ring";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import type { ConversationRow as Row } from "@/lib/inbox/views";

function Preview({ row }: { row: Row }) {
  const t = useTranslations("inbox");
  const excerpt = useExcerpt();
  const speakerOf = useSpeaker();
  if (!row.preview) return <span className="truncate">{t("list.noMessages")}</span>;
  const speaker = speakerOf(row.preview.author);
  return (
    <>
      {row.preview.direction === "out" && <StateIcon state={row.preview.state} />}
      <span dir="auto" className="truncate">
        {speaker && `${speaker} `}
        {excerpt(row.preview)}
      </span>
    </>
  );
}

interface Props {
  row: Row;
  href: string;
  open: boolean;
  mine: boolean;
  onWarm: (id: string) => void;
}

/** One conversation in the list; drawn again only when the row's version or its own state changes. */
export const ConversationRow = memo(function ConversationRow({ row, href, open, mine, onWarm }: Props) {
  const t = useTranslations("inbox");
  const name = safeLine(row.name);
  const unread = row.unread > 0;
  return (
    <InboxLink
      href={href}
      data-row={row.id}
      {...(open && { "aria-current": "true" as const })}
      onFocus={() => onWarm(row.id)}
      onPointerEnter={() => onWarm(row.id)}
      className={cn(
        "group flex h-full items-center gap-3 border-b border-line ps-4 pe-3 transition-colors hover:bg-hover focus-visible:-outline-offset-2",
        open && "bg-selected hover:bg-selected",
      )}
    >
      <WindowRing name={name} closesAt={row.windowClosesAt} />
      <span className="flex min-w-0 grow flex-col gap-0.5">
        <span className="flex items-baseline gap-2">
          <bdi className={cn("min-w-0 grow truncate", unread && "font-semibold")}>{name}</bdi>
          <Stamp at={row.lastActivityAt} className={cn("text-xs", unread ? "font-semibold text-accent-ink" : "text-muted")} />
        </span>
        <span className="flex items-center gap-1.5 text-sm text-muted">
          <span className={cn("flex min-w-0 grow items-center gap-1", unread && "text-ink")}>
            <Preview row={row} />
          </span>
          {unread && (
            <Badge tone="solid" className="h-4.5 min-w-4.5 justify-center px-1.5">
              <span aria-hidden="true">{row.unread > 99 ? "99+" : row.unread}</span>
              <span className="sr-only">{t("list.unread", { count: row.unread })}</span>
            </Badge>
          )}
        </span>
        <span className="flex h-4.5 items-center gap-2 text-xs text-muted">
          <span className="min-w-0 truncate">
            {row.privileged && (
              <>
                <ShieldAlert aria-hidden="true" className="me-1 inline size-3 align-[-1.5px] text-accent-ink" />
                <span className="sr-only">{t("matter.privileged")} · </span>
              </>
            )}
            {row.matter && <bdi className="font-medium text-ink">{safeLine(row.matter.reference)} · </bdi>}
            {row.status === "resolved" && `${row.ended ? t("list.ended") : t("list.resolved")} · `}
            {row.assignee ? (
              <>
                <UserRound aria-hidden="true" className="me-1 inline size-3 align-[-1.5px]" />
                <span className="sr-only">{t("list.assignedTo")} </span>
                <bdi>{mine ? t("list.me") : safeLine(row.assignee.name)}</bdi>
              </>
            ) : (
              t("list.unassigned")
            )}
            {row.channel.several && ` · ${t("channel.via", { name: safeLine(row.channel.name) })}`}
          </span>
          {row.hasDraft && (
            <Badge tone="note">
              <PencilLine aria-hidden="true" />
              {t("list.draft")}
            </Badge>
          )}
          <WindowPill closesAt={row.windowClosesAt} quiet className="shrink-0 whitespace-nowrap" />
        </span>
      </span>
    </InboxLink>
  );
});
