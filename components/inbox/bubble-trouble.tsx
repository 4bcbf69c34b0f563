"use client";
import { useTranslations } from "next-intl";
import { MessageFailure } from "@/components/inbox/message-failure";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useResend } from "@/components/inbox/use-send";
import { Button } from "@/components/ui/button";

/** What went wrong or is unclear, in a sentence, and what can be done about it. */
export function BubbleTrouble({ message }: { message: ThreadMessage }) {
  const t = useTranslations("messages");
  const resend = useResend(message.conversationId);
  const { state, local, can } = message;
  return (
    <>
      {(state === "failed" || local?.state === "refused") && <MessageFailure message={message} />}
      {(state === "unknown" || state === "needs_review" || state === "quality_hold") && (
        <p className="mt-1 max-w-80 text-sm text-note-ink">{t(`explain.${state}`)}</p>
      )}
      {can.resend && (
        <div className="mt-1.5 mb-0.5 text-end">
          <Button size="sm" pending={resend.isPending} onClick={() => resend.mutate(message.id)}>
            {t("resend")}
          </Button>
        </div>
      )}
    </>
  );
}
