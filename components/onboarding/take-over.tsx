"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { z } from "zod/mini";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";

export const Started = z.object({ id: z.string() });
/** A full load, not a turn of the page: only there may Meta's script run and its window know us. */
export const openJourney = (id: string) => window.location.assign(`/settings/numbers/${id}`);

/** The ways to an account that waits: without Meta's window where that is possible, and with it. */
export function TakeOver({
  wabaId,
  claimable,
  onConnect,
}: {
  wabaId: string;
  claimable: boolean;
  onConnect: (() => void) | null;
}) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const claim = useMutation({
    mutationFn: () => api.post("/api/onboarding/claim", { wabaId }, Started),
    onSuccess: ({ id }) => openJourney(id),
  });
  return (
    <>
      <div className="mt-3 flex flex-wrap gap-2">
        {claimable && (
          <Button variant="primary" pending={claim.isPending || claim.isSuccess} onClick={() => claim.mutate()}>
            {t("proposal.claim")}
          </Button>
        )}
        {onConnect && <Button onClick={onConnect}>{t("connect")}</Button>}
      </div>
      {claim.error && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(claim.error)}
        </p>
      )}
    </>
  );
}
