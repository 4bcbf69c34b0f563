import { useTranslations } from "next-intl";
import { Banner } from "@/components/ui/banner";
import type { OnboardingView } from "@/lib/onboarding/views";

/** Where the person left Meta's window, or what Meta said went wrong there, in its own words. */
export function Stopped({ stopped: { step, message, code } }: { stopped: NonNullable<OnboardingView["stopped"]> }) {
  const t = useTranslations("onboarding");
  const known = step !== null && t.has(`stopped.step.${step}` as never);
  const where = known ? t(`stopped.step.${step}` as "stopped.step.other") : t("stopped.step.other");
  return (
    <Banner tone="note" className="my-3 rounded">
      {message === null ? (
        <p>{step === null ? t("stopped.cancelled") : t("stopped.at", { step: where })}</p>
      ) : (
        <p dir="auto" className="break-words">
          {t("stopped.said", { message })}
        </p>
      )}
      {code !== null && <p className="tabular">{t("stopped.code", { code })}</p>}
    </Banner>
  );
}
