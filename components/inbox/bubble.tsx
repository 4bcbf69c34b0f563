"use client";
import { Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { BubbleFoot } from "@/components/inbox/bubble-foot";
import { BubbleTrouble } from "@/components/inbox/bubble-trouble";
import { Instruction } from "@/components/inbox/instruction";
import { MessageBody } from "@/components/inbox/message-body";
import { useAuthor } from "@/components/inbox/message-words";
import { Quote } from "@/components/inbox/quote";
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
  /** Goes to the message this one refers to; null when that is not loaded. */
  onJump: ((id: string) => void) | null;
}

/** One message: the client's at the start side, ours at the end. Drawn again only when it changed itself. */
export const Bubble = memo(function Bubble(props: Props) {
  const { message, first, last, lateMinutes, clientName, undoSeconds, latestOut, target, onJump } = props;
  const t = useTranslations("inbox");
  const me = useMe();
  const out = message.direction === "out";
  const author = useAuthor(clientName)(message);
  const failed = message.state === "failed";
  return (
    <div
      className={cn("flex flex-col px-4 sm:px-6", out ? "items-end" : "items-start", first ? "pt-2" : "pt-0.5", last && "pb-1")}
    >
      <article
        data-message={message.id}
        tabIndex={-1}
        aria-label={t("thread.from", { name: author })}
        className={cn(
          "group/bubble relative max-w-[min(36rem,86%)] rounded-bubble px-3 pt-1.5 pb-1.5 -outline-offset-2",
          out ? "bg-bubble-out" : "border border-line bg-bubble-in",
          first && (out ? "bubble-tail-end" : "bubble-tail-start"),
          failed && "bg-danger-soft",
          message.local && "opacity-85",
          target && "outline-2 outline-accent",
        )}
      >
        {out && first && message.author?.id !== me.userId && (
          <p className="flex items-center gap-1 text-xs font-semibold text-accent-ink">
            {message.origin === "phone" && <Smartphone aria-hidden="true" className="size-3" />}
            <bdi>{author}</bdi>
          </p>
        )}
        {message.quoted && <Quote quoted={message.quoted} clientName={clientName} onJump={onJump} />}
        <div className="flex flex-wrap items-end justify-end gap-x-3">
          <div className="min-w-0 grow">
            <MessageBody id={message.id} content={message.content} />
          </div>
          <BubbleFoot message={message} lateMinutes={lateMinutes} undoSeconds={undoSeconds} latestOut={latestOut} />
        </div>
        <Instruction message={message} />
        <BubbleTrouble message={message} />
      </article>
    </div>
  );
});
