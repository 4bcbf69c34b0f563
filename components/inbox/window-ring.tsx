"use client";
import { useClock } from "@/components/data/clock";
import { isOpen, windowPhase, windowShare } from "@/components/inbox/window";
import { initials } from "@/components/ui/avatar";
import { cn } from "@/components/ui/cn";

const TONE = {
  open: "stroke-accent",
  soon: "stroke-note",
  urgent: "stroke-danger",
  closing: "stroke-danger",
  closed: "stroke-line-strong",
  never: "stroke-line-strong",
} as const;

/** The client's initials in a ring that empties as the 24-hour window runs out. Decorative: words beside it say the same. */
export function WindowRing({ name, closesAt, className }: { name: string; closesAt: string | null; className?: string }) {
  const phase = useClock((now) => windowPhase(closesAt, now));
  const share = useClock((now) => windowShare(closesAt, now));
  const open = isOpen(phase);
  return (
    <span aria-hidden="true" className={cn("relative inline-flex size-10 shrink-0 items-center justify-center", className)}>
      <svg aria-hidden="true" viewBox="0 0 40 40" className="absolute inset-0 -rotate-90">
        <circle
          cx="20"
          cy="20"
          r="18.5"
          className="fill-none stroke-line"
          strokeWidth="2"
          {...(!open && { strokeDasharray: "2 4" })}
        />
        {open && (
          <circle
            cx="20"
            cy="20"
            r="18.5"
            pathLength={24}
            strokeWidth="2"
            strokeLinecap="round"
            strokeDasharray={`${share * 24} 24`}
            className={cn("fill-none", TONE[phase])}
          />
        )}
      </svg>
      <span
        className={cn(
          "flex size-8 items-center justify-center rounded-full text-xs font-semibold tracking-wide",
          open ? "bg-accent-soft text-accent-ink" : "bg-chip text-muted",
        )}
      >
        {initials(name)}
      </span>
    </span>
  );
}
