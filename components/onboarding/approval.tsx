"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";

interface About {
  question: string;
  refusal: string;
  /** What shows the claim. */
  queryKey: readonly unknown[];
}

/** A claim that waits for a second admin: the question for those who may answer it, the reason for those who may not. @param about of a claim that is no journey */
export function Approval({ approval, at, about }: { approval: "decide" | "wait"; at: string; about?: About }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const [refusing, setRefusing] = useState(false);
  const decide = useMutation({
    mutationFn: (approve: boolean) => api.send("POST", `${at}/decide`, { approve }),
    onSettled: () => client.invalidateQueries({ queryKey: about?.queryKey ?? ["onboarding", at], exact: true }),
  });
  if (approval === "wait") return <p className="mt-2 text-sm">{t("approval.wait")}</p>;
  return (
    <div className="mt-2">
      <p className="text-sm">{about?.question ?? t("approval.decide")}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button variant="primary" size="sm" pending={decide.isPending} onClick={() => decide.mutate(true)}>
          {t("approval.approve")}
        </Button>
        <Button size="sm" disabled={decide.isPending} onClick={() => setRefusing(true)}>
          {t("approval.refuse")}
        </Button>
      </div>
      {decide.error && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(decide.error)}
        </p>
      )}
      <AlertDialog
        open={refusing}
        onOpenChange={setRefusing}
        title={t("approval.refuseTitle")}
        description={about?.refusal ?? t("approval.refuseBody")}
        cancel={<Button>{t("journey.keep")}</Button>}
        action={
          <Button variant="danger" onClick={() => decide.mutate(false)}>
            {t("approval.refuse")}
          </Button>
        }
      />
    </div>
  );
}
