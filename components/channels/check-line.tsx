import { CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useMetaWords } from "@/components/channels/meta-words";
import { DAY_AND_CLOCK, EXACT } from "@/components/inbox/formats";
import { Link } from "@/components/ui/link";
import type { CheckView } from "@/lib/channels/views";

const ICONS: Record<CheckView["state"], ReactNode> = {
  pass: <CircleCheck className="text-success" />,
  fail: <CircleX className="text-danger-ink" />,
  unknown: <CircleHelp className="text-muted" />,
};
/** Where a fix is made, when it is made here. */
const PLACES: Record<string, string> = {
  connect_again: "/settings/numbers",
  share_again: "/settings/numbers",
  renew: "/settings/numbers",
  set_callback: "/settings/webhook",
  set_address: "/settings/webhook",
  subscribe_fields: "/settings/webhook",
};

/** One check with its state in words; where it does not pass, why, what to do and who can. */
export function CheckLine({ check: { check, state, cause, fix, by, value, at } }: { check: CheckView }) {
  const t = useTranslations("standing");
  const format = useFormatter();
  const words = useMetaWords();
  const place = fix === null ? undefined : PLACES[fix];
  const when = at === null ? null : new Date(at);
  return (
    <li className="flex gap-3 py-3">
      <span aria-hidden="true" className="mt-0.5 shrink-0 [&_svg]:size-4.5">
        {ICONS[state]}
      </span>
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-semibold">{t(`check.${check}` as "check.token")}</span>
          <span className="text-sm text-muted">{t(`state.${state}`)}</span>
        </p>
        {cause !== null && <p className="mt-0.5 text-sm">{t(`cause.${cause}` as "cause.not_told")}</p>}
        {fix !== null && (
          <p className="mt-0.5 text-sm">
            {t(`fix.${fix}` as "fix.renew")} {place !== undefined && <Link href={place}>{t("goThere")}</Link>}
          </p>
        )}
        {cause !== null && by !== "nobody" && (
          <p className="mt-0.5 text-sm text-muted">{t("who", { who: t(`by.${by}` as "by.admin") })}</p>
        )}
        {value !== null && (
          <p dir="auto" className="mt-0.5 break-words text-sm text-muted">
            {words(check, value) ?? t("told", { value })}
          </p>
        )}
        {when !== null && (
          <p className="mt-0.5 text-sm text-muted">
            {check === "inbound" ? t("last") : t("ends")}{" "}
            <time dateTime={when.toISOString()} title={format.dateTime(when, EXACT)} className="tabular">
              {format.dateTime(when, { ...DAY_AND_CLOCK, year: "numeric" })}
            </time>
          </p>
        )}
      </div>
    </li>
  );
}
