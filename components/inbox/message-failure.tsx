"use client";
import { useTranslations } from "next-intl";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useRefused } from "@/components/inbox/use-send";
import { Button } from "@/components/ui/button";

/** Why a message did not go, and what may help. */
export function MessageFailure({ message }: { message: ThreadMessage }) {
  const t = useTranslations("messages");
  const reasons = useTranslations("failure");
  const problems = useTranslations("problems");
  const refused = useRefused(message.conversationId);
  const { local, failure, requestId } = message;
  const reason = local?.state === "refused" ? local.reason : (failure?.reason ?? "unknown");
  const sentence = reasons.has(reason as never)
    ? reasons(reason as "unknown")
    : problems.has(`detail.${reason}` as never)
      ? problems(`detail.${reason}` as "detail.window_closed")
      : reasons("unknown");
  return (
    <div role={local ? "alert" : undefined} className="mt-1 max-w-80 text-sm text-danger-ink">
      <p>
        {sentence}
        {failure?.code != null && <span className="text-xs"> {t("code", { code: failure.code.toString() })}</span>}
      </p>
      {local && requestId && (
        <p className="mt-1.5 flex justify-end gap-2">
          <Button size="sm" variant="quiet" onClick={() => refused.editAgain(requestId)}>
            {t("editAgain")}
          </Button>
          {(reason === "offline" || reason === "unavailable") && (
            <Button size="sm" onClick={() => refused.sendAgain(requestId)}>
              {t("sendAgain")}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
