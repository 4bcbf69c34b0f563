"use client";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useHydrated } from "@/components/data/use-hydrated";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { HandshakeView } from "@/lib/webhooks/views";

/** Asks our own public address as Meta would, and says what came back. */
export function HandshakeTest({ url }: { url: string }) {
  const t = useTranslations("settings");
  const problem = useProblemText();
  const hydrated = useHydrated();
  const test = useMutation({ mutationFn: () => api.post("/api/settings/webhook/test", {}, HandshakeView) });
  const result = test.data;
  const reason = result?.reason;
  const why = !reason
    ? null
    : t.has(`webhook.reason.${reason}` as never)
      ? t(`webhook.reason.${reason}` as "webhook.reason.other")
      : t("webhook.reason.other");
  return (
    <Card>
      <h2 className="font-semibold">{t("webhook.test.title")}</h2>
      <p className="mt-1 text-sm text-muted">{t("webhook.test.body")}</p>
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button pending={test.isPending} disabled={!hydrated} onClick={() => test.mutate()}>
          {test.isPending ? t("webhook.test.running") : t("webhook.test.run")}
        </Button>
        <code dir="ltr" className="min-w-0 truncate text-sm text-muted max-sm:hidden">
          GET {url.replace(/^https?:\/\//, "")}
        </code>
      </div>
      <div role="status" className="text-sm">
        {result && !test.isPending && (
          <div className="mt-4 flex items-start gap-2 border-t border-line pt-4">
            {result.ok ? (
              <CircleCheck aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-success" />
            ) : (
              <CircleX aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-danger-ink" />
            )}
            <div>
              <p className="font-semibold">{result.ok ? t("webhook.test.ok") : t("webhook.test.bad")}</p>
              {why && <p className="text-muted">{why}</p>}
              <p className="mt-0.5 text-muted tabular">
                {result.status !== null && `${t("webhook.test.status", { status: result.status.toString() })} · `}
                {t("webhook.test.took", { ms: Math.round(result.ms) })}
              </p>
            </div>
          </div>
        )}
        {test.error && <p className="mt-4 text-danger-ink">{problem(test.error)}</p>}
      </div>
    </Card>
  );
}
