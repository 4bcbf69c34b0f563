"use client";
import { useTranslations } from "next-intl";
import { ErrorState } from "@/components/ui/error-state";

export default function WorkspaceError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("pages");
  return (
    <main className="flex grow flex-col">
      <h1 className="sr-only">{t("error.title")}</h1>
      <ErrorState
        className="grow"
        title={t("error.title")}
        detail={t("error.body")}
        reference={error.digest ? { label: t("error.details"), id: error.digest } : null}
        retryLabel={t("error.retry")}
        onRetry={reset}
      />
    </main>
  );
}
