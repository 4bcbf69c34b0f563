"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useClock } from "@/components/data/clock";
import { focusComposer } from "@/components/inbox/focus";
import { conversationQuery } from "@/components/inbox/queries";
import { resendOffer } from "@/components/inbox/resend";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useResend } from "@/components/inbox/use-send";
import { isOpen, windowPhase } from "@/components/inbox/window";
import { Button } from "@/components/ui/button";

/** The way on for a message that did not go: once more, or a template where the window has closed over it. */
export function ResendOffer({ message }: { message: ThreadMessage }) {
  const t = useTranslations("messages");
  const resend = useResend(message.conversationId);
  const { data } = useQuery({ ...conversationQuery(message.conversationId), enabled: false });
  const open = useClock((now) => isOpen(windowPhase(data?.windowClosesAt ?? null, now)));
  const offer = resendOffer(message, open);
  if (!offer) return null;
  const said = message.failure?.reason === "window_closed";
  return (
    <div className="mt-1.5 mb-0.5 text-end">
      {offer === "again" ? (
        <Button size="sm" pending={resend.isPending} onClick={() => resend.mutate(message)}>
          {t("resend")}
        </Button>
      ) : (
        <>
          {!said && <p className="mb-1.5 max-w-80 text-start text-sm text-note-ink">{t("resendClosed")}</p>}
          <Button size="sm" onClick={focusComposer}>
            {t("resendTemplate")}
          </Button>
        </>
      )}
    </div>
  );
}
