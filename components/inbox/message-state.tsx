"use client";
import { Check, CheckCheck, CircleHelp, CircleX, Clock, Hourglass, Pause } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import type { MessageState } from "@/lib/messages/views";

const ICON = {
  received: null,
  cancelled: null,
  held: Hourglass,
  queued: Clock,
  sending: Clock,
  accepted: Check,
  quality_hold: Pause,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  played: CheckCheck,
  unknown: CircleHelp,
  needs_review: CircleHelp,
  failed: CircleX,
} as const;

const TONE: Partial<Record<MessageState, string>> = {
  read: "text-accent-ink",
  played: "text-accent-ink",
  unknown: "text-note-ink",
  needs_review: "text-note-ink",
  quality_hold: "text-note-ink",
  failed: "text-danger-ink",
  sending: "animate-pulse motion-reduce:animate-none",
};

/** The icon of a delivery state with its word for readers. */
export function StateIcon({ state, className }: { state: MessageState; className?: string }) {
  const t = useTranslations("messages");
  const Icon = ICON[state];
  if (!Icon) return null;
  return (
    <span className={cn("inline-flex shrink-0 items-center", TONE[state], className)} title={t(`state.${state}`)}>
      <Icon aria-hidden="true" className="size-3.5" strokeWidth={2.25} />
      <span className="sr-only">{t(`state.${state}`)}</span>
    </span>
  );
}
