import { useTranslations } from "next-intl";
import { peopleADay } from "@/lib/channels/model";

/** Checks that show a host: a name, not a word of anybody's. */
const HOSTS = new Set(["callback", "public_address"]);

/**
 * What Meta's word for a check says, in the reader's language.
 * @returns null for a word that is not known, which is then shown as it was told
 */
export function useMetaWords(): (check: string, word: string) => string | null {
  const t = useTranslations("standing");
  return (check, word) => {
    if (HOSTS.has(check)) return word;
    const n = check === "tier" ? peopleADay(word) : null;
    if (n !== null && Number.isFinite(n)) return t("word.upTo", { n });
    const key = `word.${check}.${word}`;
    return t.has(key as never) ? t(key as "word.quality.GREEN") : null;
  };
}
