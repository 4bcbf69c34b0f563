"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { WHEN } from "@/components/onboarding/formats";
import { JourneySteps } from "@/components/onboarding/journey-steps";
import { journeyAddress, journeyQuery } from "@/components/onboarding/queries";
import { ShareLink } from "@/components/onboarding/share-link";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Banner } from "@/components/ui/banner";
import { Button, buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { FactList } from "@/components/ui/list";
import type { OnboardingView } from "@/lib/onboarding/views";

/** One journey: Meta's window, then each step by itself, with what to do where one stands still. Resumable on any device. */
export function Journey({ initial }: { initial: OnboardingView }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const problem = useProblemText();
  const client = useQueryClient();
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const at = journeyAddress(initial.id);
  const { data: journey } = useQuery({ ...journeyQuery(at), initialData: initial });
  const cancel = useMutation({
    mutationFn: () => api.send("POST", `${at}/cancel`, {}),
    onSuccess: () => router.push("/settings/numbers"),
    onSettled: () => client.invalidateQueries({ queryKey: ["onboarding", at], exact: true }),
  });
  const open = journey.state === "open";
  const goesOn = open && journey.readable;
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
        <JourneySteps journey={journey} at={at} />
        {goesOn && journey.path !== "manual" && journey.approval === null && <ShareLink journey={journey} at={at} />}
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
          {cancel.error && (
            <p role="alert" className="mt-2 text-sm text-danger-ink">
              {problem(cancel.error)}
            </p>
          )}
        </Card>
        <AlertDialog
          open={leaving}
          onOpenChange={setLeaving}
          title={t("journey.cancelTitle")}
          description={t("journey.cancelBody")}
          cancel={<Button>{t("journey.keep")}</Button>}
          action={
            <Button variant="danger" onClick={() => cancel.mutate()}>
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
