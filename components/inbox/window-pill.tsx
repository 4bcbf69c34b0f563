"use client";
import { Clock, TimerOff } from "lucide-react";
import { useFormatter, useTimeZone, useTranslations } from "next-intl";
import { useClock } from "@/components/data/clock";
import { CLOCK, DAY_AND_CLOCK, EXACT } from "@/components/inbox/formats";
import { closingDay, isOpen, minutesLeft, windowPhase } from "@/components/inbox/window";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";

const TONE = { open: "plain", soon: "note", urgent: "danger", closing: "danger", closed: "plain", never: "plain" } as const;

interface Props {
  closesAt: string | null;
  /** Shown only under six hours, for list rows; readers get it always. */
  quiet?: boolean;
  className?: string;
}

/** How long the window is open, in words. */
export function WindowPill({ closesAt, quiet = false, className }: Props) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const phase = useClock((now) => windowPhase(closesAt, now));
  const text = useWindowWords(closesAt);
  const open = isOpen(phase);
  const said = open && <span className="sr-only">{t("window.label")} </span>;
  if (quiet && (phase === "open" || !open))
    return (
      <span className="sr-only">
        {said}
        {text}
      </span>
    );
  const Icon = open ? Clock : TimerOff;
  return (
    <Badge
      tone={TONE[phase]}
      title={closesAt ? format.dateTime(new Date(closesAt), EXACT) : undefined}
      className={cn("h-auto min-h-5 min-w-0 shrink whitespace-normal", className)}
    >
      <Icon aria-hidden="true" className="shrink-0" />
      <span>
        {said}
        {text}
      </span>
    </Badge>
  );
}

/** From six hours on the day and the time it closes; below that what is left of it. */
function useWindowWords(closesAt: string | null): string {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const zone = useTimeZone() ?? "UTC";
  const phase = useClock((now) => windowPhase(closesAt, now));
  const day = useClock((now) => (closesAt ? closingDay(closesAt, now, zone) : "today"));
  const minutes = useClock((now) => (closesAt && isOpen(phase) ? minutesLeft(closesAt, now) : 0));
  if (!closesAt) return t("window.closed");
  switch (phase) {
    case "open": {
      const time = format.dateTime(new Date(closesAt), day === "later" ? DAY_AND_CLOCK : CLOCK);
      return t(`window.until.${day}`, { time });
    }
    case "soon":
      return t("window.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
    case "urgent":
    case "closing":
      return t("window.minutes", { minutes });
    default:
      return t("window.closed");
  }
}
