"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { z } from "zod/mini";
import { api } from "@/components/data/api";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";

const Started = z.object({ id: z.string() });
/** A full load, not a turn of the page: only there may Meta's script run and its window know us. */
const open = (id: string) => window.location.assign(`/settings/numbers/${id}`);

/** The way back for a number that is disconnected: the one by which it came. */
export function ConnectAgain({ path, name }: { path: string; name: string }) {
  const t = useTranslations("standing");
  const problem = useProblemText();
  const start = useMutation({
    mutationFn: () => api.post("/api/onboarding", { path }, Started),
    onSuccess: ({ id }) => open(id),
  });
  return (
    <div className="flex flex-col items-start gap-1">
      <Button
        pending={start.isPending || start.isSuccess}
        aria-label={t("left.againNamed", { name })}
        onClick={() => (path === "manual" ? open("manual") : start.mutate())}
      >
        {t("left.again")}
      </Button>
      {start.error && (
        <p role="alert" className="text-sm text-danger-ink">
          {problem(start.error)}
        </p>
      )}
    </div>
  );
}
