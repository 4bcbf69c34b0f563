"use client";
import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { useSession } from "@/components/data/session-store";
import { buttonLook } from "@/components/ui/button";

const AlertDialog = lazy(() => import("@/components/ui/alert-dialog").then((m) => ({ default: m.AlertDialog })));

/** Over the page, once the server no longer knows the session: what is on screen stays behind it, the way on is to sign in. */
export function SessionEnded() {
  const t = useTranslations("shell");
  const ended = useSession((state) => state.ended);
  if (!ended) return null;
  return (
    <Suspense>
      <AlertDialog
        open
        title={t("ended.title")}
        description={t("ended.body")}
        action={
          <a href="/sign-in" className={buttonLook({ variant: "primary" })}>
            {t("ended.signIn")}
          </a>
        }
      />
    </Suspense>
  );
}
