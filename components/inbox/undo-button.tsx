"use client";
import { useTranslations } from "next-intl";
import { type CSSProperties, useState } from "react";
import { useClock, useNow } from "@/components/data/clock";
import { useUndo } from "@/components/inbox/use-send";

interface Props {
  conversationId: string;
  requestId: string;
  releaseAt: string;
  /** Length of the hold, in seconds. */
  seconds: number;
}

/** Takes a message back while it is held; its ring empties as the time runs out. */
export function UndoButton({ conversationId, requestId, releaseAt, seconds }: Props) {
  const t = useTranslations("messages");
  const undo = useUndo(conversationId);
  const now = useNow();
  const ends = Date.parse(releaseAt);
  const open = useClock((time) => time < ends);
  const [spent] = useState(() => Math.max(0, seconds - (ends - now()) / 1000));
  if (!open) return null;
  return (
    <button
      type="button"
      aria-keyshortcuts="Z"
      title={`${t("undo")} (Z)`}
      disabled={undo.isPending}
      onClick={() => undo.mutate(requestId)}
      className="ms-1 inline-flex h-6 items-center gap-1 rounded-full bg-floating px-2 font-semibold text-accent-ink hover:bg-hover pointer-coarse:h-9"
    >
      <svg
        viewBox="0 0 16 16"
        aria-hidden="true"
        className="size-3.5 -rotate-90"
        style={{ "--hold": `${seconds}s`, "--spent": `${spent}s` } as CSSProperties}
      >
        <circle cx="8" cy="8" r="6" className="fill-none stroke-line" strokeWidth="2.5" />
        <circle cx="8" cy="8" r="6" pathLength={100} className="hold-ring fill-none stroke-accent" strokeWidth="2.5" />
      </svg>
      {t("undo")}
    </button>
  );
}
