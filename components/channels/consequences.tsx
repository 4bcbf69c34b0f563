import { useTranslations } from "next-intl";
import { Card } from "@/components/ui/card";
import type { DisconnectPreview } from "@/lib/onboarding/views";

/** What disconnecting a number would do, and what stays. */
export function Consequences({ preview }: { preview: DisconnectPreview }) {
  const t = useTranslations("standing");
  const { conversations, waiting, inAir } = preview;
  const happens = [
    t("leave.nobody"),
    t("leave.conversations", { n: conversations }),
    ...(waiting > 0 ? [t("leave.waiting", { n: waiting })] : []),
    ...(inAir > 0 ? [t("leave.inAir", { n: inAir })] : []),
    ...(preview.pastRunning ? [t("leave.pastRunning")] : []),
    preview.accountStays ? t("leave.accountStays") : t("leave.accountEnds"),
    preview.coexistence ? t("leave.coexistence") : t("leave.registered"),
    t("leave.token"),
  ];
  return (
    <>
      <Card aria-labelledby="leave-happens">
        <h2 id="leave-happens" className="mb-2 font-semibold">
          {t("leave.happens")}
        </h2>
        <ul className="list-disc space-y-1.5 ps-5 text-sm">
          {happens.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Card>
      <Card aria-labelledby="leave-stays">
        <h2 id="leave-stays" className="mb-2 font-semibold">
          {t("leave.stays")}
        </h2>
        <p className="text-sm">{t("leave.kept")}</p>
      </Card>
    </>
  );
}
