import { useFormatter, useTranslations } from "next-intl";
import { useMetaWords } from "@/components/channels/meta-words";
import { DAY_AND_CLOCK, EXACT } from "@/components/inbox/formats";
import type { ChangeView } from "@/lib/channels/views";

type Side = ChangeView["to"];

/** What changed of a number, newest first; with nothing to show, that. */
export function ChangeList({ changes }: { changes: readonly ChangeView[] }) {
  const t = useTranslations("standing");
  const format = useFormatter();
  const words = useWords();
  if (changes.length === 0) return <p className="text-sm text-muted">{t("noChanges")}</p>;
  return (
    <ol className="divide-y divide-line">
      {changes.map((change) => {
        const at = new Date(change.at);
        const what =
          change.what === "connection"
            ? t("connection")
            : isEvent(change.what)
              ? t(`happened.${change.what}` as "happened.account")
              : t(`check.${change.what}` as "check.token");
        const reason = change.to.cause === null ? null : t(`cause.${change.to.cause}` as "cause.not_told");
        return (
          <li key={change.id} className="py-2.5 text-sm">
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-semibold">{what}</span>
              <time dateTime={change.at} title={format.dateTime(at, EXACT)} className="text-muted tabular">
                {format.dateTime(at, { ...DAY_AND_CLOCK, year: "numeric" })}
              </time>
            </p>
            <p className="break-words">
              {change.from === null
                ? words(change.what, change.to)
                : t("fromTo", { from: words(change.what, change.from), to: words(change.what, change.to) })}
            </p>
            {reason !== null && <p>{reason}</p>}
            <p className="text-muted">{t(`source.${change.source}` as "source.check")}</p>
          </li>
        );
      })}
    </ol>
  );
}

/** What Meta tells of without any check of ours behind it: shown in words, and a word we do not know as told. */
const isEvent = (what: string) => what === "account" || what === "security" || what === "alert";
const DAY = /^\d{4}-\d\d-\d\d$/;

/** A state in words, with Meta's own word behind it. */
function useWords(): (what: string, side: Side) => string {
  const t = useTranslations("standing");
  const o = useTranslations("onboarding");
  const format = useFormatter();
  const told = useMetaWords();
  const said = (word: string): string => {
    if (DAY.test(word)) return t("until", { day: format.dateTime(new Date(word), { dateStyle: "medium", timeZone: "UTC" }) });
    return t.has(`said.${word}` as never) ? t(`said.${word}` as "said.DISABLE") : word;
  };
  return (what, { state, value }) => {
    if (isEvent(what)) return value === null ? said(state) : `${said(state)} (${value.split(", ").map(said).join(", ")})`;
    const word =
      what !== "connection"
        ? t(`state.${state}` as "state.pass")
        : o.has(`status.${state}` as never)
          ? o(`status.${state}` as "status.connected")
          : state;
    return value === null ? word : `${word} (${told(what, value) ?? value})`;
  };
}
