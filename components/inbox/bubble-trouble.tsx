"use client";
import { useTranslations } from "next-intl";
import { MessageFailure } from "@/components/inbox/message-failure";
import { ResendOffer } from "@/components/inbox/resend-offer";
import type { ThreadMessage } from "@/components/inbox/thread-items";

/** What went wrong or is unclear, in a sentence, and what can be done about it. */
export function BubbleTrouble({ message }: { message: ThreadMessage }) {
  const t = useTranslations("messages");
  const { state, local, can, resent } = message;
  const unclear = state === "unknown" || state === "needs_review" || state === "quality_hold";
  return (
    <>
      {(state === "failed" || local?.state === "refused") && <MessageFailure message={message} />}
      {unclear && !resent && <p className="mt-1 max-w-80 text-sm text-note-ink">{t(`explain.${state}`)}</p>}
      {resent && <p className="mt-1 max-w-80 text-sm text-muted">{t("resent")}</p>}
      {can.resend && <ResendOffer message={message} />}
    </>
  );
}
