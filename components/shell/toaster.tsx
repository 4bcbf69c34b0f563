"use client";
import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { useToasts } from "@/components/data/toast-store";

const Toasts = lazy(() => import("@/components/ui/toast").then((m) => ({ default: m.Toasts })));

/** Draws the notices; its script comes with the first one. */
export function Toaster() {
  const t = useTranslations("shell");
  const { toasts, close } = useToasts();
  if (toasts.length === 0) return null;
  return (
    <Suspense>
      <Toasts toasts={toasts} onClose={close} regionLabel={t("notices")} closeLabel={t("close")} />
    </Suspense>
  );
}
