"use client";
import { useTranslations } from "next-intl";
import { StateIcon } from "@/components/inbox/message-state";
import { Stamp } from "@/components/inbox/stamp";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { UndoButton } from "@/components/inbox/undo-button";

/** From here on a delay is told in hours, in minutes before. */
const HOURS_FROM = 120;

interface Props {
  message: ThreadMessage;
  lateMinutes: number | null;
  undoSeconds: number;
  latestOut: boolean;
}

/** Beside or below the text: when, and in what state; the newest of ours says its state in words. */
export function BubbleFoot({ message, lateMinutes, undoSeconds, latestOut }: Props) {
  const t = useTranslations("messages");
  const out = message.direction === "out";
  const { state, local, times } = message;
  const at = state === "read" || state === "played" ? (times.played ?? times.read) : null;
  const word = !local
    ? t(`state.${state}`)
    : local.state === "offline"
      ? t("state.offline")
      : local.state === "refused"
        ? t("state.refused")
        : t("state.queued");
  const late = (minutes: number) =>
    minutes < HOURS_FROM ? t("late.minutes", { minutes }) : t("late.hours", { hours: Math.round(minutes / 60) });
  const undo = state === "held" && message.can.undo && message.releaseAt && message.requestId;
  return (
    <p className="flex flex-wrap items-center justify-end gap-x-1.5 text-xs text-muted">
      {lateMinutes !== null && <span>{late(lateMinutes)} ·</span>}
      <Stamp at={message.at} always="time" />
      {out && !latestOut && <StateIcon state={state} />}
      {out && latestOut && (
        <>
          <span aria-hidden="true" className="contents">
            <StateIcon state={state} />
          </span>
          <span>
            {word}
            {at && (
              <>
                {" "}
                <Stamp at={at} always="time" />
              </>
            )}
          </span>
        </>
      )}
      {undo && message.requestId && message.releaseAt && (
        <UndoButton
          conversationId={message.conversationId}
          requestId={message.requestId}
          releaseAt={message.releaseAt}
          seconds={undoSeconds}
        />
      )}
    </p>
  );
}
