"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Briefcase, Lock, Plus, ShieldAlert } from "lucide-react";
import NextLink from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { safeLine } from "@/components/inbox/safe-text";
import { MatterForm } from "@/components/matters/matter-form";
import { findMattersQuery, mattersQuery } from "@/components/matters/queries";
import { useMe } from "@/components/shell/me";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { MatterPage, MatterRow } from "@/lib/matters/views";

/** The organisation's matters that the reader may read, newest first, and a way to find and open one. */
export function MattersPage({ initial }: { initial: MatterPage }) {
  const t = useTranslations("matters");
  const router = useRouter();
  const me = useMe();
  const problem = useProblemText();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const [opening, setOpening] = useState(false);
  const { word } = initial;
  const list = useInfiniteQuery({ ...mattersQuery, initialData: { pages: [initial], pageParams: [null] } });
  const found = useQuery({ ...findMattersQuery(q), enabled: q !== "" });
  const shown = q ? found : list;
  const rows = q ? found.data?.items : list.data.pages.flatMap((page) => page.items);
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-5 px-4 py-8 sm:px-8">
        <header className="flex flex-wrap items-center justify-between gap-3">
          <h1 className="text-xl font-semibold">{t("title", { word })}</h1>
          {me.permissions.includes("matters.write") && (
            <Dialog
              open={opening}
              onOpenChange={setOpening}
              title={t("new", { word })}
              closeLabel={t("close")}
              trigger={
                <Button variant="primary" icon={<Plus aria-hidden="true" />}>
                  {t("new", { word })}
                </Button>
              }
            >
              <MatterForm word={word} onDone={(matter) => router.push(`/matters/${matter.id}`)} />
            </Dialog>
          )}
        </header>
        <Field label={t("find")} hint={t("findHint")}>
          {(control) => (
            <Input
              {...control}
              type="search"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
            />
          )}
        </Field>
        {shown.error && (
          <ErrorState
            title={t("failed")}
            detail={problem(shown.error)}
            reference={
              shown.error instanceof ProblemError && shown.error.requestId
                ? { label: t("details"), id: shown.error.requestId }
                : null
            }
            retryLabel={t("retry")}
            onRetry={() => void shown.refetch()}
          />
        )}
        {!shown.error && !rows && (
          <div role="status" aria-busy="true" aria-label={t("loading")} className="space-y-3">
            <Skeleton className="h-14" />
            <Skeleton className="h-14" />
          </div>
        )}
        {rows?.length === 0 && (
          <EmptyState icon={<Briefcase aria-hidden="true" />} title={q ? t("noneFound") : t("none.title", { word })}>
            {q ? t("noneFoundBody") : t("none.body", { word })}
          </EmptyState>
        )}
        {rows && rows.length > 0 && (
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface" aria-label={t("title", { word })}>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
        )}
        {!q && list.hasNextPage && (
          <Button pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} className="self-center">
            {t("more")}
          </Button>
        )}
      </div>
    </main>
  );
}

function Row({ row }: { row: MatterRow }) {
  return (
    <li>
      <NextLink
        href={`/matters/${row.id}`}
        prefetch={false}
        className="flex min-h-14 flex-col gap-1 px-4 py-2.5 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="flex items-baseline gap-3">
          <bdi className="min-w-0 grow break-words font-medium">{safeLine(row.title)}</bdi>
          <bdi className="tabular shrink-0 text-sm text-muted">{safeLine(row.reference)}</bdi>
        </span>
        <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
          {row.kind && <bdi>{safeLine(row.kind)}</bdi>}
          {row.client && <bdi>{safeLine(row.client.name)}</bdi>}
          <MatterBadges matter={row} />
        </span>
      </NextLink>
    </li>
  );
}

/** Closed, walled, privileged: in words, each with its sign. */
export function MatterBadges({ matter }: { matter: Pick<MatterRow, "status" | "walled" | "privileged"> }) {
  const t = useTranslations("matters");
  return (
    <>
      {matter.status === "closed" && <Badge>{t("closed")}</Badge>}
      {matter.walled && (
        <Badge tone="note">
          <Lock aria-hidden="true" />
          {t("walled")}
        </Badge>
      )}
      {matter.privileged && (
        <Badge tone="accent">
          <ShieldAlert aria-hidden="true" />
          {t("privileged")}
        </Badge>
      )}
    </>
  );
}
