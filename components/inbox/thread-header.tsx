"use client";
import { ArrowLeft, Check, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { AssignMenu } from "@/components/inbox/assign-menu";
import { InboxLink } from "@/components/inbox/inbox-link";
import { hrefOf, type Place } from "@/components/inbox/place";
import { safeLine } from "@/components/inbox/safe-text";
import { useChangeStatus } from "@/components/inbox/use-triage";
import { WindowPill } from "@/components/inbox/window-pill";
import { WindowRing } from "@/components/inbox/window-ring";
import { Button } from "@/components/ui/button";
import type { ConversationView } from "@/lib/inbox/views";

/**
 * Who it is, how long the window is open, whose it is, and whether it is done. It measures its own pane: where that is narrow,
 * buttons keep their icons only; the phone number stands whole beside the window or not at all.
 */
export function ThreadHeader({ conversation, place }: { conversation: ConversationView; place: Place }) {
  const t = useTranslations("inbox");
  const status = useChangeStatus();
  const name = safeLine(conversation.name);
  const { phone } = conversation.contact;
  const resolved = conversation.status === "resolved";
  return (
    <header className="@container shrink-0 border-b border-line bg-surface">
      <div className="flex min-h-15 items-center gap-1 py-2 ps-4 pe-2 max-md:ps-1 @min-[36rem]:gap-3 @min-[36rem]:pe-3">
        <InboxLink
          href={hrefOf({ view: place.view, q: place.q })}
          aria-label={t("thread.back")}
          className="flex size-11 shrink-0 items-center justify-center rounded text-muted hover:bg-hover hover:text-ink md:hidden"
        >
          <ArrowLeft aria-hidden="true" className="size-5 rtl:-scale-x-100" />
        </InboxLink>
        <WindowRing name={name} closesAt={conversation.windowClosesAt} className="max-[359px]:hidden" />
        <div className="min-w-0 grow px-1">
          <h2 className="truncate text-base font-semibold">
            <bdi>{name}</bdi>
          </h2>
          <div className="flex flex-wrap items-center gap-x-2 overflow-hidden text-sm text-muted @min-[36rem]:h-5">
            <WindowPill closesAt={conversation.windowClosesAt} className="max-w-full" />
            {phone && phone !== name && (
              <bdi dir="ltr" className="tabular whitespace-nowrap @max-[36rem]:hidden">
                {phone}
              </bdi>
            )}
            {conversation.channel.several && (
              <span className="min-w-0 truncate">{t("channel.via", { name: safeLine(conversation.channel.name) })}</span>
            )}
          </div>
        </div>
        <AssignMenu conversation={conversation} />
        {conversation.can.resolve && (
          <Button
            size="sm"
            variant="secondary"
            onClick={() => status.toggle(conversation.id)}
            aria-keyshortcuts="E"
            title={`${resolved ? t("status.reopen") : t("status.resolve")} (E)`}
            icon={resolved ? <RotateCcw aria-hidden="true" /> : <Check aria-hidden="true" />}
            className="@max-[36rem]:size-9 @max-[36rem]:p-0 pointer-coarse:@max-[36rem]:size-11"
          >
            <span className="@max-[36rem]:sr-only">{resolved ? t("status.reopen") : t("status.resolve")}</span>
          </Button>
        )}
      </div>
    </header>
  );
}
