"use client";
import { LayoutTemplate, Lock, TimerOff, Unplug } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { useClock } from "@/components/data/clock";
import { CLOCK, DAY_AND_CLOCK } from "@/components/inbox/formats";
import { GroupGuard } from "@/components/inbox/group-guard";
import { KeptText } from "@/components/inbox/kept-text";
import { ReplyBox } from "@/components/inbox/reply-box";
import { isOpen, windowPhase } from "@/components/inbox/window";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConversationView } from "@/lib/inbox/views";

const TemplateComposer = lazy(() =>
  import("@/components/inbox/template-composer").then((m) => ({ default: m.TemplateComposer })),
);

/**
 * Where one answers: a text while the window is open, a template once it is closed; where there is little room the choice of
 * templates is folded into one button, unless one is being filled in. What was being written is never lost.
 */
export function Composer({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const [choosing, setChoosing] = useState(false);
  const { windowClosesAt } = conversation;
  const phase = useClock((now) => windowPhase(windowClosesAt, now));
  const open = isOpen(phase);
  // A window that opens leads back to the reply, whatever was unfolded while it was closed.
  const [before, setBefore] = useState(open);
  if (open !== before) {
    setBefore(open);
    if (open) setChoosing(false);
  }
  const time = windowClosesAt ? format.dateTime(new Date(windowClosesAt), DAY_AND_CLOCK) : "";
  if (!conversation.can.reply)
    return (
      <Banner icon={<Lock aria-hidden="true" />} className="border-t border-line">
        {conversation.ended ? t("composer.ended") : t("composer.notAllowed")}
      </Banner>
    );
  // nothing can be sent, so nothing is offered; what was being written can be copied
  if (conversation.channelState === "disconnected")
    return (
      <div id="composer" className="shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]">
        <Banner tone="danger" role="status" icon={<Unplug aria-hidden="true" />}>
          {t("channel.disconnected")}
        </Banner>
        <KeptText conversation={conversation} />
      </div>
    );
  return (
    <div id="composer" className="shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]">
      {conversation.channelState !== "connected" && (
        <Banner tone="danger" role="status" icon={<Unplug aria-hidden="true" />}>
          {t(`channel.${conversation.channelState}`)}
        </Banner>
      )}
      {!open && (
        <Banner tone="note" role="status" icon={<TimerOff aria-hidden="true" />}>
          <strong className="font-semibold">{phase === "never" ? t("window.neverOpen") : t("window.closedAt", { time })}</strong>{" "}
          <span className="cramped:hidden">{t("window.next")}</span>
        </Banner>
      )}
      {phase === "closing" && (
        <Banner tone="danger" role="status" icon={<TimerOff aria-hidden="true" />}>
          {t("window.closing", { time: windowClosesAt ? format.dateTime(new Date(windowClosesAt), CLOCK) : "" })}
        </Banner>
      )}
      {!open && <KeptText conversation={conversation} />}
      <GroupGuard conversation={conversation} />
      {open && !choosing ? (
        <ReplyBox conversation={conversation} onChooseTemplate={() => setChoosing(true)} />
      ) : (
        <>
          {!choosing && (
            <div className="hidden p-3 cramped:block">
              <Button
                id="choose-template"
                className="w-full"
                icon={<LayoutTemplate aria-hidden="true" />}
                onClick={() => setChoosing(true)}
              >
                {t("composer.template")}
              </Button>
            </div>
          )}
          <div className={cn(!choosing && "cramped:hidden")}>
            <Suspense fallback={<Waiting />}>
              <TemplateComposer
                conversation={conversation}
                onChosen={() => setChoosing(true)}
                back={{ to: open ? "reply" : "thread", go: () => setChoosing(false) }}
                unfolded={choosing}
              />
            </Suspense>
          </div>
        </>
      )}
    </div>
  );
}

const Waiting = () => (
  <div className="space-y-2 p-4">
    <Skeleton className="h-9 w-full" />
    <Skeleton className="h-16 w-full" />
  </div>
);
