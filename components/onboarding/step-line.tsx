import { Circle, CircleCheck, CircleMinus, CircleX, HandHelping } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Spinner } from "@/components/ui/spinner";
import type { StepView } from "@/lib/onboarding/views";

const ICONS: Record<string, ReactNode> = {
  waiting: <Circle className="text-muted" />,
  running: <Spinner />,
  done: <CircleCheck className="text-success" />,
  skipped: <CircleMinus className="text-muted" />,
  failed: <CircleX className="text-danger-ink" />,
  asked: <HandHelping className="text-accent-ink" />,
};

interface Props {
  step: StepView;
  /** The journey goes by the customer's own app and token. */
  own: boolean;
  children?: ReactNode;
}
/** One step with its state in words; where it stands still, why, and what to do next. */
export function StepLine({ step: { step, state, cause, code }, own, children }: Props) {
  const t = useTranslations("onboarding");
  // what was pasted is mended by pasting anew, not in Meta's window
  const words = [own && `ownCause.${cause}`, `cause.${cause}`].find((key) => key && t.has(key as never)) ?? "cause.refused";
  return (
    <li className="flex gap-3 py-2.5" {...(state === "running" && { "aria-current": "step" as const })}>
      <span aria-hidden="true" className="mt-0.5 shrink-0 [&_svg]:size-4.5">
        {ICONS[state]}
      </span>
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className={state === "waiting" ? "text-muted" : "font-semibold"}>{t(`step.${step}` as "step.prove")}</span>
          <span className="text-sm text-muted">
            {step === "approve" && state === "asked" ? t("state.second") : t(`state.${state}` as "state.done")}
          </span>
        </p>
        {cause !== null && <p className="mt-0.5 text-sm">{t(words as "cause.refused")}</p>}
        {code !== null && state === "failed" && (
          <p className="mt-0.5 text-sm text-muted tabular">{t("journey.metaCode", { code: String(code) })}</p>
        )}
        {children}
      </div>
    </li>
  );
}
