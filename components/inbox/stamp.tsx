"use client";
import { useFormatter, useTimeZone, useTranslations } from "next-intl";
import { useClock } from "@/components/data/clock";
import { CLOCK, EXACT } from "@/components/inbox/formats";
import { dayOf } from "@/components/inbox/thread-items";

const DAY = 86_400_000;

/** A time as short as its age allows; the exact one with its zone is in `title` and `datetime`. */
export function Stamp({ at, className, always }: { at: string; className?: string; always?: "time" }) {
  const t = useTranslations("inbox");
  const format = useFormatter();
  const zone = useTimeZone() ?? "UTC";
  const today = useClock((now) => dayOf(now, zone));
  const date = new Date(at);
  const day = dayOf(at, zone);
  const days = Math.round((Date.parse(today) - Date.parse(day)) / DAY);
  const text =
    always === "time" || days <= 0
      ? format.dateTime(date, CLOCK)
      : days === 1
        ? t("day.yesterday")
        : days < 7
          ? format.dateTime(date, { weekday: "short" })
          : format.dateTime(date, {
              day: "numeric",
              month: "short",
              ...(today.slice(0, 4) !== day.slice(0, 4) && { year: "numeric" }),
            });
  return (
    <time dateTime={at} title={format.dateTime(date, EXACT)} className={`shrink-0 tabular ${className ?? ""}`}>
      {text}
    </time>
  );
}
