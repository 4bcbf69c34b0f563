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

/** Who it is, how long the window is open, whose it is, and whether it is done. */
export function ThreadHeader({ conversation, place }: { conversation: ConversationView; place: Place }) {
  const t = useTranslations("inbox");
  const status = useChangeStatus();
  const name = safeLine(conversation.name);
  const phone = conversation.contact.phone?.replace(/^(?=\d)/, "+");
  const resolved = conversation.status === "resolved";
  return (
    <header className="flex min-h-15 shrink-0 items-center gap-3 border-b border-line bg-surface py-2 ps-4 pe-3 max-md:ps-1">
      <InboxLink
        href={hrefOf({ view: place.view, q: place.q })}
        aria-label={t("thread.back")}
        className="flex size-11 shrink-0 items-center justify-center rounded text-muted hover:bg-hover hover:text-ink md:hidden"
      >
        <ArrowLeft aria-hidden="true" className="size-5 rtl:-scale-x-100" />
      </InboxLink>
      <WindowRing name={name} closesAt={conversation.windowClosesAt} className="max-[359px]:hidden" />
      <div className="min-w-0 grow">
        <div className="flex items-center gap-2">
          <h2 className="truncate text-base font-semibold">
            <bdi>{name}</bdi>
          </h2>
        </div>
        <div className="flex min-w-0 items-center gap-2 text-sm text-muted">
          {phone && phone !== name && (
            <bdi dir="ltr" className="truncate tabular max-sm:hidden">
              {phone}
            </bdi>
          )}
          <WindowPill closesAt={conversation.windowClosesAt} />
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
          className="max-sm:size-11 max-sm:p-0"
        >
          <span className="max-sm:sr-only">{resolved ? t("status.reopen") : t("status.resolve")}</span>
        </Button>
      )}
    </header>
  );
}
