"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Approval } from "@/components/onboarding/approval";
import { Choice } from "@/components/onboarding/choice";
import { ConnectWithMeta } from "@/components/onboarding/connect-with-meta";
import { WHEN } from "@/components/onboarding/formats";
import { StepLine } from "@/components/onboarding/step-line";
import { Stopped } from "@/components/onboarding/stopped";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { OnboardingView } from "@/lib/onboarding/views";

/** Steps whose failure only a new permission of Meta can mend. */
const NEEDS_META = new Set(["exchange", "prove"]);
const OF_THE_APP = new Set(["contacts", "history"]);
/** What is wrong with something that was pasted: trying the same again cannot help. */
const PASTED_WRONG = new Set(["token_refused", "not_granted", "no_account", "no_number", "app_refused", "not_own"]);

/** Meta's window while it is needed, then each step by itself, with what to do where one stands still. @param at where the journey is spoken to */
export function JourneySteps({ journey, at }: { journey: OnboardingView; at: string }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => api.send("POST", `${at}/retry`, {}),
    onSettled: () => client.invalidateQueries({ queryKey: ["onboarding", at], exact: true }),
  });
  const steps = journey.steps.filter(
    ({ step, state }) =>
      (journey.path === "coexistence" || !OF_THE_APP.has(step)) &&
      (step !== "approve" || !["waiting", "skipped"].includes(state)),
  );
  const goesOn = journey.state === "open" && journey.readable;
  const failed = journey.steps.find((s) => s.state === "failed");
  const begun = journey.steps.some((s) => s.state !== "waiting");
  const needsMeta =
    goesOn &&
    journey.path !== "manual" && // its token was pasted
    !journey.busy &&
    (!begun || (failed !== undefined && (NEEDS_META.has(failed.step) || failed.cause === "token_refused")));
  const own = journey.path === "manual";
  const pasted = own && failed !== undefined && PASTED_WRONG.has(failed.cause ?? "");
  return (
    <>
      {needsMeta && (
        <Card>
          <h2 className="mb-1 font-semibold">{t("journey.meta")}</h2>
          {journey.stopped && <Stopped stopped={journey.stopped} />}
          <ConnectWithMeta at={at} again={begun || journey.stopped !== null} />
        </Card>
      )}
      <Card>
        <h2 className="mb-1 font-semibold">{t("journey.steps")}</h2>
        <ol className="divide-y divide-line" aria-live="polite">
          {steps.map((step) => (
            <StepLine key={step.step} step={step} own={own}>
              {goesOn && step.state === "asked" && step.step !== "approve" && <Choice journey={journey} at={at} />}
              {goesOn && step.step === "approve" && journey.approval && <Approval approval={journey.approval} at={at} />}
              {goesOn && step === failed && pasted && <StartAgain at={at} />}
              {goesOn && step === failed && !needsMeta && !pasted && (
                <Button size="sm" className="mt-2" pending={retry.isPending} onClick={() => retry.mutate()}>
                  {t("journey.retry")}
                </Button>
              )}
            </StepLine>
          ))}
        </ol>
        {goesOn && journey.syncUntil && <SyncUntil until={journey.syncUntil} />}
        {retry.error && (
          <p role="alert" className="mt-2 text-sm text-danger-ink">
            {problem(retry.error)}
          </p>
        )}
      </Card>
    </>
  );
}

/** Ends the journey and leads back to the form. */
function StartAgain({ at }: { at: string }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const start = useMutation({
    mutationFn: () => api.send("POST", `${at}/cancel`, {}),
    onSuccess: () => window.location.assign("/settings/numbers/manual"),
  });
  return (
    <>
      <Button size="sm" className="mt-2" pending={start.isPending || start.isSuccess} onClick={() => start.mutate()}>
        {t("journey.startAgain")}
      </Button>
      {start.error && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(start.error)}
        </p>
      )}
    </>
  );
}

/** How long Meta can still be asked for what the app holds. */
function SyncUntil({ until }: { until: string }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const at = new Date(until);
  return (
    <p className="mt-2 text-sm text-muted">
      {t("journey.syncUntil", { when: format.dateTime(at, WHEN), left: format.relativeTime(at) })}
    </p>
  );
}
