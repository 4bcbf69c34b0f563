"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { safeLine } from "@/components/inbox/safe-text";
import { MatterBadges } from "@/components/matters/matters-page";
import { People } from "@/components/matters/people";
import { matterQuery } from "@/components/matters/queries";
import { Timeline } from "@/components/matters/timeline";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { MatterView } from "@/lib/matters/views";

/** One matter: what it is, who may read it, and everything that was said and done under it. */
export function MatterPage({ initial }: { initial: MatterView }) {
  const t = useTranslations("matters");
  const problem = useProblemText();
  const client = useQueryClient();
  const query = matterQuery(initial.id);
  const { data: matter, error } = useQuery({ ...query, initialData: initial });
  const { word } = matter;
  const change = useMutation({
    mutationFn: (status: "open" | "closed") => api.patch(`/api/matters/${matter.id}`, { status }, MatterView),
    onSuccess: (next) => {
      client.setQueryData(query.queryKey, next);
      client.invalidateQueries({ queryKey: ["matters"] });
    },
  });
  if (error instanceof ProblemError && error.code === "not_found")
    return (
      <main className="grow">
        <EmptyState title={t("gone")} action={<Link href="/matters">{t("back", { word })}</Link>}>
          {problem(error)}
        </EmptyState>
      </main>
    );
  const closed = matter.status === "closed";
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <p className="text-sm">
              <Link href="/matters">{t("back", { word })}</Link>
            </p>
            <h1 className="mt-1 break-words text-xl font-semibold">
              <bdi>{safeLine(matter.title)}</bdi>
            </h1>
            <p className="mt-1 flex flex-wrap items-center gap-2 text-muted">
              <bdi className="tabular">{safeLine(matter.reference)}</bdi>
              {matter.kind && <bdi>{safeLine(matter.kind)}</bdi>}
              {matter.client && <bdi>{safeLine(matter.client.name)}</bdi>}
              <MatterBadges matter={matter} />
            </p>
          </div>
          {matter.can.change && (
            <Button pending={change.isPending} onClick={() => change.mutate(closed ? "open" : "closed")}>
              {closed ? t("reopen") : t("close_it")}
            </Button>
          )}
        </header>
        {change.error && (
          <p role="alert" className="text-sm text-danger-ink">
            {problem(change.error)}
          </p>
        )}
        <People matter={matter} />
        <Card aria-labelledby="timeline-title">
          <h2 id="timeline-title" className="mb-3 font-semibold">
            {t("timeline.title")}
          </h2>
          <Timeline matterId={matter.id} />
        </Card>
      </div>
    </main>
  );
}
