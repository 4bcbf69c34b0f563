"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";
import type { OnboardingView } from "@/lib/onboarding/views";

/** What only a person can say: which of several accounts or numbers is meant. */
export function Choice({ journey, at }: { journey: OnboardingView; at: string }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: (body: object) => api.send("POST", `${at}/choose`, body),
    onSettled: () => client.invalidateQueries({ queryKey: ["onboarding", at], exact: true }),
  });
  const options = [
    ...journey.accounts.map((id) => ({ id, body: { wabaId: id }, name: t("journey.account", { id }), more: "" })),
    ...journey.numbers.map((n) => ({
      id: n.id,
      body: { phoneNumberId: n.id },
      name: n.name || n.display,
      more: n.name ? n.display : "",
    })),
  ];
  return (
    <div className="mt-2">
      <p className="text-sm">{journey.accounts.length > 0 ? t("journey.chooseAccount") : t("journey.chooseNumber")}</p>
      <ul className="mt-2 flex flex-col gap-2">
        {options.map((option) => (
          <li key={option.id} className="flex flex-wrap items-center justify-between gap-2 rounded border border-line px-3 py-2">
            <span className="min-w-0 break-words text-sm">
              {option.name} {option.more && <span className="text-muted tabular">{option.more}</span>}
            </span>
            <Button
              size="sm"
              aria-label={`${t("journey.choose")}: ${option.name} ${option.more}`}
              disabled={choose.isPending}
              onClick={() => choose.mutate(option.body)}
            >
              {t("journey.choose")}
            </Button>
          </li>
        ))}
      </ul>
      {choose.error && (
        <p role="alert" className="mt-2 text-sm text-danger-ink">
          {problem(choose.error)}
        </p>
      )}
    </div>
  );
}
