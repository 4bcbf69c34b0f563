"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Choice } from "@/components/onboarding/choice";
import { ConnectWithMeta } from "@/components/onboarding/connect-with-meta";
import { journeyAddress, journeyQuery } from "@/components/onboarding/queries";
import { StepLine } from "@/components/onboarding/step-line";
import { Stopped } from "@/components/onboarding/stopped";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Banner } from "@/components/ui/banner";
import { Button, buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { FactList } from "@/components/ui/list";
import type { OnboardingView } from "@/lib/onboarding/views";

const WHEN = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
/** Steps whose failure only a new permission of Meta can mend. */
const NEEDS_META = new Set(["exchange", "prove"]);
const OF_THE_APP = new Set(["contacts", "history"]);

/** One journey: Meta's window, then each step by itself, with what to do where one stands still. Resumable on any device. */
export function Journey({ initial }: { initial: OnboardingView }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const problem = useProblemText();
  const client = useQueryClient();
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const { data: journey } = useQuery({ ...journeyQuery(initial.id), initialData: initial });
  const ask = useMutation({
    mutationFn: (what: "retry" | "cancel") => api.send("POST", `${journeyAddress(journey.id)}/${what}`, {}),
    onSuccess: (_, what) => what === "cancel" && router.push("/settings/numbers"),
    onSettled: () => client.invalidateQueries({ queryKey: ["onboarding", journey.id], exact: true }),
  });
  const steps = journey.path !== "coexistence" ? journey.steps.filter(({ step }) => !OF_THE_APP.has(step)) : journey.steps;
  const open = journey.state === "open";
  const goesOn = open && journey.readable;
  const failed = journey.steps.find((s) => s.state === "failed");
  const begun = journey.steps.some((s) => s.state !== "waiting");
  const needsMeta =
    goesOn &&
    journey.path !== "manual" && // its token was pasted
    !journey.busy &&
    (!begun || (failed !== undefined && (NEEDS_META.has(failed.step) || failed.cause === "token_refused")));
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header>
          {open && (
            <Link href="/settings/numbers" className="text-sm">
              {t("journey.toNumbers")}
            </Link>
          )}
          <h1 className="text-xl font-semibold">{t("journey.title")}</h1>
          <p className="mt-1 text-muted">{t(`path.${journey.path}` as "path.new")}</p>
        </header>
        {journey.state === "done" && <Done journey={journey} />}
        {!open && journey.state !== "done" && (
          <Card>
            <p>{t("journey.over")}</p>
            <a href="/settings/numbers" className={`${buttonLook()} mt-4`}>
              {t("journey.toNumbers")}
            </a>
          </Card>
        )}
        {open && !journey.readable && (
          <Banner tone="danger" className="rounded">
            <p className="break-words">{t("journey.unreadable", { id: journey.id })}</p>
          </Banner>
        )}
        {needsMeta && (
          <Card>
            <h2 className="mb-1 font-semibold">{t("journey.meta")}</h2>
            {journey.stopped && <Stopped stopped={journey.stopped} />}
            <ConnectWithMeta journeyId={journey.id} again={begun || journey.stopped !== null} />
          </Card>
        )}
        <Card>
          <h2 className="mb-1 font-semibold">{t("journey.steps")}</h2>
          <ol className="divide-y divide-line" aria-live="polite">
            {steps.map((step) => (
              <StepLine key={step.step} step={step}>
                {goesOn && step.state === "asked" && <Choice journey={journey} />}
                {goesOn && step === failed && !needsMeta && (
                  <Button size="sm" className="mt-2" pending={ask.isPending} onClick={() => ask.mutate("retry")}>
                    {t("journey.retry")}
                  </Button>
                )}
              </StepLine>
            ))}
          </ol>
          {ask.error && (
            <p role="alert" className="mt-2 text-sm text-danger-ink">
              {problem(ask.error)}
            </p>
          )}
        </Card>
        <Card>
          <FactList facts={[{ term: t("journey.code"), value: <span className="tabular">{journey.trackingCode}</span> }]} />
          {open && (
            <>
              <p className="mt-2 text-sm text-muted">
                {t("journey.until", { when: format.dateTime(new Date(journey.expiresAt), WHEN) })}
              </p>
              <Button variant="quiet" className="mt-3 -ms-4" onClick={() => setLeaving(true)}>
                {t("journey.cancel")}
              </Button>
            </>
          )}
        </Card>
        <AlertDialog
          open={leaving}
          onOpenChange={setLeaving}
          title={t("journey.cancelTitle")}
          description={t("journey.cancelBody")}
          cancel={<Button>{t("journey.keep")}</Button>}
          action={
            <Button variant="danger" onClick={() => ask.mutate("cancel")}>
              {t("journey.cancel")}
            </Button>
          }
        />
      </div>
    </main>
  );
}

function Done({ journey }: { journey: OnboardingView }) {
  const t = useTranslations("onboarding");
  const number = journey.number?.name || journey.number?.display || t("unnamed");
  return (
    <Card>
      <p role="status" className="font-semibold">
        {t("journey.done", { number })}
      </p>
      <p className="mt-1 text-sm text-muted">{t("journey.doneBody")}</p>
      <div className="mt-4 flex flex-wrap gap-2">
        <a href="/inbox" className={buttonLook({ variant: "primary" })}>
          {t("journey.toInbox")}
        </a>
        <a href="/settings/numbers" className={buttonLook()}>
          {t("journey.toNumbers")}
        </a>
      </div>
    </Card>
  );
}
