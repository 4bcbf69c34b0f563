"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { WHEN } from "@/components/onboarding/formats";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyField } from "@/components/ui/copy-field";
import { Field } from "@/components/ui/field";
import { LinkView, type OnboardingView } from "@/lib/onboarding/views";

/** A link by which somebody without an account finishes this journey: made, shown once, ended. */
export function ShareLink({ journey, at }: { journey: OnboardingView; at: string }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const problem = useProblemText();
  const client = useQueryClient();
  const look = () => client.invalidateQueries({ queryKey: ["onboarding", at], exact: true });
  const make = useMutation({ mutationFn: () => api.post(`${at}/link`, {}, LinkView), onSettled: look });
  const end = useMutation({
    mutationFn: () => api.send("DELETE", `${at}/link`, {}),
    onSuccess: () => make.reset(),
    onSettled: look,
  });
  const until = journey.link?.until ?? make.data?.expiresAt ?? null;
  const trouble = make.error ?? end.error;
  return (
    <Card>
      <h2 className="font-semibold">{t("link.title")}</h2>
      <p className="mt-1 text-sm text-muted">{t("link.body")}</p>
      {make.data && (
        <div className="mt-3">
          <Field label={t("link.url")} hint={t("link.once")}>
            {(control) => (
              <CopyField {...control} value={make.data.url} copyLabel={t("link.copy")} copiedLabel={t("link.copied")} />
            )}
          </Field>
        </div>
      )}
      {until && <p className="mt-3 text-sm">{t("link.until", { when: format.dateTime(new Date(until), WHEN) })}</p>}
      {journey.link?.openedAt && (
        <p className="mt-1 text-sm text-muted">
          {t("link.opened", { when: format.dateTime(new Date(journey.link.openedAt), WHEN) })}
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button size="sm" pending={make.isPending} onClick={() => make.mutate()}>
          {until ? t("link.again") : t("link.make")}
        </Button>
        {until && (
          <Button size="sm" variant="quiet" pending={end.isPending} onClick={() => end.mutate()}>
            {t("link.end")}
          </Button>
        )}
      </div>
      {trouble && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(trouble)}
        </p>
      )}
    </Card>
  );
}
