"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Approval } from "@/components/onboarding/approval";
import { numbersQuery } from "@/components/onboarding/queries";
import { TakeOver } from "@/components/onboarding/take-over";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyField } from "@/components/ui/copy-field";
import { Field } from "@/components/ui/field";
import { ClaimCodeView, type ClaimView, type NumbersView } from "@/lib/onboarding/views";

const CODES = "/api/onboarding/code";

/** A number that speaks to us and is nobody's is proven by a code sent from its phone: the code, and what became of it. */
export function ClaimByCode({ view, onConnect }: { view: NumbersView; onConnect: (() => void) | null }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => api.post(CODES, {}, ClaimCodeView),
    onSettled: () => client.invalidateQueries({ queryKey: numbersQuery.queryKey, exact: true }),
  });
  const isLive = view.claims.some((c) => c.state === "waiting");
  const shown = make.data && view.claims.every((c) => c.id !== make.data.id || c.state === "waiting") ? make.data : null;
  return (
    <Card>
      <h2 className="font-semibold">{t("code.title")}</h2>
      <p className="mt-1 text-sm text-muted">{t("code.body")}</p>
      {shown && (
        <div className="mt-3">
          <Field label={t("code.label")} hint={t("code.how")}>
            {(control) => (
              <CopyField {...control} prose value={shown.text} copyLabel={t("link.copy")} copiedLabel={t("link.copied")} />
            )}
          </Field>
        </div>
      )}
      {view.claims.length > 0 && (
        <ul className="mt-3 flex flex-col gap-3">
          {view.claims.map((claim) => (
            <Claim key={claim.id} claim={claim} view={view} onConnect={onConnect} />
          ))}
        </ul>
      )}
      <Button size="sm" className="mt-3" pending={make.isPending} onClick={() => make.mutate()}>
        {isLive || shown ? t("code.again") : t("code.make")}
      </Button>
      {make.error && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(make.error)}
        </p>
      )}
    </Card>
  );
}

function Claim({ claim, view, onConnect }: { claim: ClaimView; view: NumbersView; onConnect: (() => void) | null }) {
  const t = useTranslations("onboarding");
  const format = useFormatter();
  const { state, wabaId } = claim;
  const phone = claim.phone ?? t("unnamed");
  const when = format.dateTime(new Date(claim.until), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const offered = view.claimable && view.proposals.some((p) => p.wabaId === wabaId);
  return (
    <li className="rounded border border-line p-3">
      <p role="status" className="text-sm">
        {t(`code.state.${state}`, { phone, when })}
      </p>
      {state === "asked" && (
        <Approval
          approval={claim.mine ? "wait" : "decide"}
          at={`${CODES}/${claim.id}`}
          about={{ question: t("code.decide"), refusal: t("code.refuseBody"), queryKey: numbersQuery.queryKey }}
        />
      )}
      {state === "proven" && wabaId && <TakeOver wabaId={wabaId} claimable={offered} onConnect={onConnect} />}
    </li>
  );
}
