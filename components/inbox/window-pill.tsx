"use client";
import { Clock, TimerOff } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useClock } from "@/components/data/clock";
import { CLOCK, EXACT } from "@/components/inbox/formats";
import { minutesLeft, windowPhase } from "@/components/inbox/window";
import { Badge } from "@/components/ui/badge";

const TONE = { open: "plain", soon: "note", urgent: "danger", closing: "danger", closed: "plain", never: "plain" } as const;

/** How long the window is open, in words. `quiet` shows it only under six hours, for list rows; readers get it always. */
export function WindowPill({ closesAt, quiet = false }: { closesAt: string | null; quiet?: boolean }) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const phase = useClock((now) => windowPhase(closesAt, now));
  const minutes = useClock((now) => (closesAt && phase !== "closed" ? minutesLeft(closesAt, now) : 0));
  const time = closesAt ? format.dateTime(new Date(closesAt), CLOCK) : "";
  const text =
    phase === "open"
      ? t("window.until", { time })
      : phase === "soon"
        ? t("window.hours", { hours: Math.round(minutes / 60) })
        : phase === "urgent" || phase === "closing"
          ? t("window.minutes", { minutes })
          : t("window.closed");
  if (quiet && (phase === "open" || phase === "closed" || phase === "never")) return <span className="sr-only">{text}</span>;
  const Icon = phase === "closed" || phase === "never" ? TimerOff : Clock;
  return (
    <Badge tone={TONE[phase]} title={closesAt ? format.dateTime(new Date(closesAt), EXACT) : undefined}>
      <Icon aria-hidden="true" />
      {text}
    </Badge>
  );
}
