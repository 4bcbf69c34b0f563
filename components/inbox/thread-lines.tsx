"use client";
import { useFormatter, useTimeZone, useTranslations } from "next-intl";
import { useClock } from "@/components/data/clock";
import { useExcerpt } from "@/components/inbox/message-words";
import { Stamp } from "@/components/inbox/stamp";
import { dayOf, type ThreadMessage } from "@/components/inbox/thread-items";
import { cn } from "@/components/ui/cn";
import { previewOf } from "@/lib/kernel/content";

const DAY = 86_400_000;

/** A day begins. */
export function DayLine({ at }: { at: string }) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const zone = useTimeZone() ?? "UTC";
  const today = useClock((now) => dayOf(now, zone));
  const day = dayOf(at, zone);
  const days = Math.round((Date.parse(today) - Date.parse(day)) / DAY);
  const text =
    days === 0
      ? t("day.today")
      : days === 1
        ? t("day.yesterday")
        : format.dateTime(new Date(at), {
            weekday: "long",
            day: "numeric",
            month: "long",
            ...(today.slice(0, 4) !== day.slice(0, 4) && { year: "numeric" }),
          });
  return (
    <div className="flex items-center gap-3 px-6 py-2.5 text-xs text-muted">
      <span className="h-px grow bg-line" />
      <time dateTime={day}>{text}</time>
      <span className="h-px grow bg-line" />
    </div>
  );
}

/** What lies below was unread when the thread was opened. */
export function UnreadLine() {
  const t = useTranslations("inbox");
  return (
    <div className="flex items-center gap-3 px-6 py-2.5 text-xs font-semibold text-accent-ink">
      <span className="h-px grow bg-accent" />
      {t("thread.unread")}
      <span className="h-px grow bg-accent" />
    </div>
  );
}

/** What WhatsApp says about the client; with a new number also where a reply goes now. */
export function NoticeLine({ message, replyTo, target }: { message: ThreadMessage; replyTo: string | null; target: boolean }) {
  const t = useTranslations("messages");
  const excerpt = useExcerpt();
  const { type, text } = previewOf(message.content);
  return (
    <p data-message={message.id} tabIndex={-1} className="flex justify-center px-6 py-2.5 text-center text-xs text-muted">
      <span className={cn("max-w-120 rounded", target && "outline-2 outline-offset-2 outline-accent")}>
        <span dir="auto">{excerpt({ type, text })}</span>
        {type === "number_changed" && replyTo && ` · ${t("notice.replyTo", { number: replyTo })}`} ·{" "}
        <Stamp at={message.at} always="time" />
      </span>
    </p>
  );
}
