"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw, Stethoscope } from "lucide-react";
import NextLink from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ChangeList } from "@/components/channels/change-list";
import { CheckLine } from "@/components/channels/check-line";
import { LeftNote } from "@/components/channels/left-note";
import { lookNow, standingQuery } from "@/components/channels/queries";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { DAY_AND_CLOCK, EXACT } from "@/components/inbox/formats";
import { ConnectAgain } from "@/components/onboarding/connect-again";
import { Banner } from "@/components/ui/banner";
import { Button, buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import type { CheckView, StandingView } from "@/lib/channels/views";

const GROUPS = ["fail", "unknown", "pass"] as const;

/** How one number stands: each check with what to do and who can, a look at once, and what changed. */
export function StandingPage({ initial }: { initial: StandingView }) {
  const t = useTranslations("standing");
  const problem = useProblemText();
  const client = useQueryClient();
  const query = standingQuery(initial.number.id);
  const { data, error, refetch } = useQuery({ ...query, initialData: initial });
  const look = useMutation({
    mutationFn: () => lookNow(initial.number.id),
    onSettled: () => client.invalidateQueries({ queryKey: query.queryKey }),
  });
  const { number, changes, left, path } = data;
  const gone = number.status === "disconnected";
  const tooOften = look.error instanceof ProblemError && look.error.code === "limit";
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <p className="text-sm">
              <Link href="/settings/numbers">{t("back")}</Link>
            </p>
            <h1 className="mt-1 text-xl font-semibold">{t("title")}</h1>
            <p className="mt-1 break-words text-muted">{number.name}</p>
            <CheckedAt at={number.checkedAt} />
          </div>
          {!gone && (
            <Button
              variant="primary"
              icon={<RefreshCw aria-hidden="true" />}
              pending={look.isPending}
              onClick={() => look.mutate()}
            >
              {t("checkNow")}
            </Button>
          )}
        </header>
        <p role="status" className="sr-only">
          {look.isPending ? t("checking") : look.isSuccess ? t("checked", { fails: count(number.checks, "fail") }) : ""}
        </p>
        {gone && (
          <Banner tone="note" className="rounded" action={<ConnectAgain path={path} name={number.name} />}>
            {left && <LeftNote left={left} provider />}
            <p>{t("gone")}</p>
          </Banner>
        )}
        {look.error && (
          <Banner tone="danger" role="alert">
            {tooOften ? t("tooOften") : problem(look.error)}
          </Banner>
        )}
        {error && <ErrorState title={problem(error)} retryLabel={t("retry")} onRetry={() => void refetch()} />}
        <Checks checks={number.checks} pending={look.isPending} />
        <Card>
          <h2 className="mb-1 font-semibold">{t("history")}</h2>
          <ChangeList changes={changes} />
        </Card>
        {!gone && (
          <Card className="flex flex-wrap items-center justify-between gap-3">
            <p className="min-w-0 basis-64 grow text-sm text-muted">{t("leave.openBody")}</p>
            <NextLink href={`/settings/numbers/standing/${number.id}/disconnect`} className={buttonLook()}>
              {t("leave.open")}
            </NextLink>
          </Card>
        )}
      </div>
    </main>
  );
}

const count = (checks: readonly CheckView[], state: CheckView["state"]) => checks.filter((c) => c.state === state).length;

function CheckedAt({ at }: { at: string | null }) {
  const t = useTranslations("standing");
  const format = useFormatter();
  if (at === null) return null;
  return (
    <p className="text-sm text-muted">
      {t("checkedAt")}{" "}
      <time dateTime={at} title={format.dateTime(new Date(at), EXACT)} className="tabular">
        {format.dateTime(new Date(at), DAY_AND_CLOCK)}
      </time>
    </p>
  );
}

function Checks({ checks, pending }: { checks: readonly CheckView[]; pending: boolean }) {
  const t = useTranslations("standing");
  if (checks.length === 0)
    return (
      <Card aria-busy={pending || undefined}>
        {pending ? (
          <div className="space-y-4">
            <Skeleton className="h-4 w-2/5" />
            <Skeleton className="h-4 w-4/5" />
            <Skeleton className="h-4 w-3/5" />
          </div>
        ) : (
          <EmptyState icon={<Stethoscope aria-hidden="true" />} title={t("none.title")}>
            {t("none.body")}
          </EmptyState>
        )}
      </Card>
    );
  return GROUPS.filter((state) => count(checks, state) > 0).map((state) => (
    <Card key={state} aria-labelledby={`checks-${state}`}>
      <h2 id={`checks-${state}`} className="mb-1 font-semibold">
        {t(`group.${state}`, { n: count(checks, state) })}
      </h2>
      <ul className="divide-y divide-line">
        {checks
          .filter((check) => check.state === state)
          .map((check) => (
            <CheckLine key={check.check} check={check} />
          ))}
      </ul>
    </Card>
  ));
}
