"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useClock } from "@/components/data/clock";
import { EXACT } from "@/components/inbox/formats";
import { HandshakeTest } from "@/components/settings/handshake-test";
import { isPublicHttps } from "@/components/settings/public-address";
import { Card } from "@/components/ui/card";
import { CopyField } from "@/components/ui/copy-field";
import { Field } from "@/components/ui/field";
import { FactList } from "@/components/ui/list";
import { WebhookSettingsView } from "@/lib/webhooks/views";

const MINUTE = 60_000;

/** The two values Meta asks for, when it last spoke to us, and a test that plays its part. */
export function WebhookSettings({ initial }: { initial: WebhookSettingsView }) {
  const t = useTranslations("settings");
  const format = useFormatter();
  const minute = useClock((now) => Math.floor(now / MINUTE) * MINUTE);
  const { data } = useQuery({
    queryKey: ["settings", "webhook"],
    queryFn: ({ signal }) => api.get("/api/settings/webhook", WebhookSettingsView, signal),
    initialData: initial,
    refetchInterval: 15_000,
  });
  const last = data.lastReceivedAt ? new Date(data.lastReceivedAt) : null;
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header>
          <h1 className="text-xl font-semibold">{t("webhook.title")}</h1>
          <p className="mt-1 text-muted">{t("webhook.lead")}</p>
        </header>
        <Card className="flex flex-col gap-5">
          <Field label={t("webhook.url")} hint={isPublicHttps(data.url) ? t("webhook.urlHint") : t("webhook.urlPrivate")}>
            {(control) => (
              <CopyField {...control} value={data.url} copyLabel={t("webhook.copy")} copiedLabel={t("webhook.copied")} />
            )}
          </Field>
          <Field label={t("webhook.token")} hint={t("webhook.tokenHint")}>
            {(control) => (
              <CopyField {...control} value={data.verifyToken} copyLabel={t("webhook.copy")} copiedLabel={t("webhook.copied")} />
            )}
          </Field>
        </Card>
        <HandshakeTest url={data.url} />
        <Card>
          <h2 className="mb-3 font-semibold">{t("webhook.traffic")}</h2>
          <FactList
            facts={[
              {
                term: t("webhook.last"),
                value: last ? (
                  <time dateTime={last.toISOString()} title={format.dateTime(last, EXACT)}>
                    {format.relativeTime(last, new Date(Math.max(minute, last.getTime())))}
                  </time>
                ) : (
                  t("webhook.never")
                ),
              },
            ]}
          />
        </Card>
      </div>
    </main>
  );
}
