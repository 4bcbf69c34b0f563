"use client";
import { Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { BubbleFoot } from "@/components/inbox/bubble-foot";
import { BubbleTrouble } from "@/components/inbox/bubble-trouble";
import { MessageBody } from "@/components/inbox/message-body";
import { safeLine } from "@/components/inbox/safe-text";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useMe } from "@/components/shell/me";
import { cn } from "@/components/ui/cn";

interface Props {
  message: ThreadMessage;
  first: boolean;
  last: boolean;
  lateMinutes: number | null;
  clientName: string;
  undoSeconds: number;
  /** The newest of ours: its state is said in visible words. */
  latestOut: boolean;
  target: boolean;
}

/** One message: the client's at the start side, ours at the end. Drawn again only when it changed itself. */
export const Bubble = memo(function Bubble(props: Props) {
  const { message, first, last, lateMinutes, clientName, undoSeconds, latestOut, target } = props;
  const t = useTranslations("inbox");
  const me = useMe();
  const out = message.direction === "out";
  const author = out
    ? message.origin === "phone"
      ? t("thread.phoneApp")
      : message.author?.id === me.userId
        ? t("thread.you")
        : safeLine(message.author?.name ?? t("thread.firm"))
    : safeLine(clientName);
  const failed = message.state === "failed";
  return (
    <div
      className={cn("flex flex-col px-4 sm:px-6", out ? "items-end" : "items-start", first ? "pt-2" : "pt-0.5", last && "pb-1")}
    >
      <article
        aria-label={t("thread.from", { name: author })}
        className={cn(
          "relative max-w-[min(36rem,86%)] rounded-bubble px-3 pt-1.5 pb-1.5",
          out ? "bg-bubble-out" : "border border-line bg-bubble-in",
          first && (out ? "bubble-tail-end" : "bubble-tail-start"),
          failed && "bg-danger-soft",
          message.local && "opacity-85",
          target && "outline-2 outline-offset-2 outline-accent",
        )}
      >
        {out && first && message.author?.id !== me.userId && (
          <p className="flex items-center gap-1 text-xs font-semibold text-accent-ink">
            {message.origin === "phone" && <Smartphone aria-hidden="true" className="size-3" />}
            <bdi>{author}</bdi>
          </p>
        )}
        <div className="flex flex-wrap items-end justify-end gap-x-3">
          <div className="min-w-0 grow">
            <MessageBody content={message.content} />
          </div>
          <BubbleFoot message={message} lateMinutes={lateMinutes} undoSeconds={undoSeconds} latestOut={latestOut} />
        </div>
        <BubbleTrouble message={message} />
      </article>
    </div>
  );
});
