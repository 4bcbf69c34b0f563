import { useFormatter, useTranslations } from "next-intl";
import { WHEN } from "@/components/onboarding/formats";
import type { LeftView } from "@/lib/channels/views";

/** Who disconnected a number, when and why. @param provider whether to say how far Meta's side is */
export function LeftNote({ left: { at, by, reason, provider: state }, provider }: { left: LeftView; provider?: boolean }) {
  const t = useTranslations("standing");
  const format = useFormatter();
  const when = format.dateTime(new Date(at), { ...WHEN, year: "numeric" });
  return (
    <>
      <p>{by === null ? t("left.someone", { when }) : t("left.who", { name: by, when })}</p>
      <p dir="auto" className="break-words">
        {reason === null ? t("left.unreadable") : t("left.why", { reason })}
      </p>
      {provider && <p>{t(`left.${state}`)}</p>}
    </>
  );
}
