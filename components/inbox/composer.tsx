"use client";
import { Lock, TimerOff, Unplug } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { useClock } from "@/components/data/clock";
import { DAY_AND_CLOCK } from "@/components/inbox/formats";
import { KeptText } from "@/components/inbox/kept-text";
import { ReplyBox } from "@/components/inbox/reply-box";
import { isOpen, windowPhase } from "@/components/inbox/window";
import { Banner } from "@/components/ui/banner";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConversationView } from "@/lib/inbox/views";

const TemplateComposer = lazy(() =>
  import("@/components/inbox/template-composer").then((m) => ({ default: m.TemplateComposer })),
);

/** Where one answers: a text while the window is open, a template once it is closed. What was being written is never lost. */
export function Composer({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const [choosing, setChoosing] = useState(false);
  const { windowClosesAt } = conversation;
  const phase = useClock((now) => windowPhase(windowClosesAt, now));
  const open = isOpen(phase);
  const time = windowClosesAt ? format.dateTime(new Date(windowClosesAt), DAY_AND_CLOCK) : "";
  if (!conversation.can.reply)
    return (
      <Banner icon={<Lock aria-hidden="true" />} className="border-t border-line">
        {t("composer.notAllowed")}
      </Banner>
    );
  return (
    <div className="shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]">
      {conversation.channelState !== "connected" && (
        <Banner tone="danger" role="status" icon={<Unplug aria-hidden="true" />}>
          {t(`channel.${conversation.channelState}`)}
        </Banner>
      )}
      {!open && (
        <Banner tone="note" role="status" icon={<TimerOff aria-hidden="true" />}>
          <strong className="font-semibold">{phase === "never" ? t("window.neverOpen") : t("window.closedAt", { time })}</strong>{" "}
          {t("window.next")}
        </Banner>
      )}
      {phase === "closing" && (
        <Banner tone="danger" role="status" icon={<TimerOff aria-hidden="true" />}>
          {t("window.closing", { time })}
        </Banner>
      )}
      {!open && <KeptText conversation={conversation} />}
      {open && !choosing ? (
        <ReplyBox conversation={conversation} onChooseTemplate={() => setChoosing(true)} />
      ) : (
        <Suspense
          fallback={
            <div className="space-y-2 p-4">
              <Skeleton className="h-9 w-full" />
              <Skeleton className="h-16 w-full" />
            </div>
          }
        >
          <TemplateComposer conversation={conversation} {...(open && { onBack: () => setChoosing(false) })} />
        </Suspense>
      )}
    </div>
  );
}
