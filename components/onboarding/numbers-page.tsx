"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Phone, Plus, Smartphone } from "lucide-react";
import NextLink from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { LeftNote } from "@/components/channels/left-note";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { ClaimByCode } from "@/components/onboarding/claim-by-code";
import { ConnectAgain } from "@/components/onboarding/connect-again";
import { OwnApps } from "@/components/onboarding/own-apps";
import { PathChoice } from "@/components/onboarding/path-choice";
import { numbersQuery } from "@/components/onboarding/queries";
import { openJourney, Started, TakeOver } from "@/components/onboarding/take-over";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button, buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Link } from "@/components/ui/link";
import type { NumbersView, NumberView, OnboardingView, OwnAppsView, ProposalView } from "@/lib/onboarding/views";

/** The organisation's numbers, what is being connected, and the way to connect one more. */
export function NumbersPage({ initial, ownApps }: { initial: NumbersView; ownApps: OwnAppsView }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const [choosing, setChoosing] = useState(false);
  const { data, error, refetch } = useQuery({ ...numbersQuery, initialData: initial });
  const start = useMutation({
    mutationFn: (path: string) => api.post("/api/onboarding", { path }, Started),
    onSuccess: ({ id }) => openJourney(id),
  });
  const connect = data.paths.length > 0 && (
    <Button variant="primary" icon={<Plus aria-hidden="true" />} onClick={() => setChoosing(true)}>
      {t("connect")}
    </Button>
  );
  const onConnect = connect ? () => setChoosing(true) : null;
  // one that is proven by a code stands where the code does
  const proposals = data.proposals.filter((p) => data.claims.every((c) => c.wabaId !== p.wabaId));
  const nothing = data.numbers.length + data.open.length + data.proposals.length === 0;
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header className="flex flex-wrap items-start justify-between gap-3">
          <div>
            <h1 className="text-xl font-semibold">{t("title")}</h1>
            <p className="mt-1 text-muted">{t("lead")}</p>
          </div>
          {!nothing && connect}
        </header>
        {error && <ErrorState title={problem(error)} onRetry={() => void refetch()} />}
        {!data.paths.includes("new") && <Banner className="rounded">{t("notRolledOut")}</Banner>}
        {nothing && (
          <Card>
            <EmptyState icon={<Phone aria-hidden="true" />} title={t("none.title")} action={connect || undefined}>
              {data.paths.includes("new") ? t("none.body") : t("none.manual")}
            </EmptyState>
          </Card>
        )}
        {proposals.map((proposal) => (
          <Proposal key={proposal.wabaId} proposal={proposal} claimable={data.claimable} onConnect={onConnect} />
        ))}
        {data.open.length > 0 && <OpenJourneys journeys={data.open} />}
        {data.numbers.length > 0 && (
          <Card className="p-0">
            <ul className="divide-y divide-line">
              {data.numbers.map((number) => (
                <NumberLine key={number.id} number={number} paths={data.paths} />
              ))}
            </ul>
          </Card>
        )}
        <ClaimByCode view={data} onConnect={onConnect} />
        <OwnApps initial={ownApps} />
        <PathChoice
          open={choosing}
          offered={data.paths}
          onOpenChange={setChoosing}
          pending={start.isPending || start.isSuccess}
          error={start.error && problem(start.error)}
          onChoose={(path) => (path === "manual" ? openJourney("manual") : start.mutate(path))}
        />
      </div>
    </main>
  );
}

function Proposal({
  proposal,
  claimable,
  onConnect,
}: {
  proposal: ProposalView;
  claimable: boolean;
  onConnect: (() => void) | null;
}) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const since = format.dateTime(new Date(proposal.since), { day: "numeric", month: "long" });
  return (
    <Card>
      <h2 className="font-semibold">{t("proposal.title")}</h2>
      <p className="mt-1 text-sm text-muted">{t("proposal.body", { id: proposal.wabaId, since, events: proposal.events })}</p>
      <TakeOver wabaId={proposal.wabaId} claimable={claimable} onConnect={onConnect} />
    </Card>
  );
}

function NumberLine({ number, paths }: { number: NumberView; paths: readonly string[] }) {
  const t = useTranslations("onboarding");
  const s = useTranslations("standing");
  const name = number.name || t("unnamed");
  const known = t.has(`status.${number.status}` as never);
  const past = ({ progress, messages, declined }: NonNullable<NumberView["past"]>) =>
    declined ? t("past.declined") : progress === null ? t("past.waiting") : t("past.progress", { progress, messages });
  const path = number.ownApp ? "manual" : number.coexistence ? "coexistence" : "new";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3.5">
      <div className="min-w-0 grow">
        <p className="truncate font-semibold">
          <NextLink href={`/settings/numbers/standing/${number.id}`} className="hover:underline">
            {name}
          </NextLink>
        </p>
        <p className="flex flex-wrap items-center gap-x-2 text-sm text-muted">
          {number.phone && (
            <span dir="ltr" className="tabular">
              {number.phone}
            </span>
          )}
          {number.coexistence && (
            <span className="inline-flex items-center gap-1">
              <Smartphone aria-hidden="true" className="size-3.5" />
              {t("onApp")}
            </span>
          )}
          {number.ownApp && <span>{t("onOwnApp")}</span>}
        </p>
        {number.past && <p className="text-sm text-muted">{past(number.past)}</p>}
        {number.past && number.past.missing > 0 && (
          <p className="text-sm text-muted">{t("past.missing", { n: number.past.missing })}</p>
        )}
        {number.left && (
          <div className="mt-1 text-sm text-muted">
            <LeftNote left={number.left} />
          </div>
        )}
      </div>
      {number.status === "disconnected" && paths.includes(path) && <ConnectAgain path={path} name={name} />}
      <Link href={`/settings/numbers/standing/${number.id}`} aria-label={s("openNamed", { name })} className="text-sm">
        {s("open")}
      </Link>
      <Badge tone={number.status === "connected" ? "accent" : number.status === "disconnected" ? "plain" : "danger"}>
        {known ? t(`status.${number.status}` as "status.connected") : number.status}
      </Badge>
    </li>
  );
}

function OpenJourneys({ journeys }: { journeys: OnboardingView[] }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  return (
    <section aria-labelledby="open-journeys">
      <h2 id="open-journeys" className="mb-2 font-semibold">
        {t("connecting")}
      </h2>
      <Card className="p-0">
        <ul className="divide-y divide-line">
          {journeys.map((journey) => (
            <li key={journey.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5">
              <div className="min-w-0 grow text-sm">
                <p className="font-semibold">
                  {journey.number?.name ||
                    journey.number?.display ||
                    journey.accountName ||
                    t(`path.${journey.path}` as "path.new")}
                </p>
                <p className="text-muted">
                  {t("journey.started", {
                    when: format.dateTime(new Date(journey.createdAt), {
                      day: "numeric",
                      month: "long",
                      hour: "2-digit",
                      minute: "2-digit",
                      hourCycle: "h23",
                    }),
                  })}{" "}
                  · <span className="tabular">{journey.trackingCode}</span>
                </p>
                {journey.approval && <p>{journey.approval === "decide" ? t("approval.yours") : t("approval.others")}</p>}
                {!journey.readable && (
                  <p className="break-words text-danger-ink">{t("journey.unreadable", { id: journey.id })}</p>
                )}
              </div>
              <a href={`/settings/numbers/${journey.id}`} className={buttonLook()}>
                {t("resume")}
              </a>
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}
