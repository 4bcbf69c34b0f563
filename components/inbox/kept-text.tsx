"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { clearDraft } from "@/components/inbox/drafts";
import { useDraft } from "@/components/inbox/use-draft";
import { Button } from "@/components/ui/button";
import type { ConversationView } from "@/lib/inbox/views";

/** A reply that the closing window overtook: still here, to copy or to drop. */
export function KeptText({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const text = useDraft(conversation);
  const [copied, setCopied] = useState(false);
  if (!text.trim()) return null;
  return (
    <section aria-label={t("composer.kept")} className="border-b border-line px-4 py-2">
      <p className="text-sm font-semibold">{t("composer.kept")}</p>
      <p
        dir="auto"
        className="thin-scroll mt-0.5 max-h-24 overflow-y-auto cramped:max-h-9 text-sm whitespace-pre-wrap text-muted"
      >
        {text}
      </p>
      <p className="mt-1 flex gap-2">
        <Button
          size="sm"
          onClick={async () => {
            await navigator.clipboard.writeText(text);
            setCopied(true);
          }}
        >
          <span aria-live="polite">{copied ? t("composer.copied") : t("composer.copy")}</span>
        </Button>
        <Button size="sm" variant="quiet" onClick={() => clearDraft(conversation.id)}>
          {t("composer.drop")}
        </Button>
      </p>
    </section>
  );
}
