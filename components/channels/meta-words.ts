import { useTranslations } from "next-intl";

/** Checks that show a host: a name, not a word of anybody's. */
const HOSTS = new Set(["callback", "public_address"]);
const TIER = /^TIER_(\d+)(K?)$/;

/**
 * What Meta's word for a check says, in the reader's language.
 * @returns null for a word that is not known, which is then shown as it was told
 */
export function useMetaWords(): (check: string, word: string) => string | null {
  const t = useTranslations("standing");
  return (check, word) => {
    if (HOSTS.has(check)) return word;
    const [, n, thousands] = (check === "tier" && TIER.exec(word)) || [];
    if (n !== undefined) return t("word.upTo", { n: Number(n) * (thousands === "K" ? 1000 : 1) });
    const key = `word.${check}.${word}`;
    return t.has(key as never) ? t(key as "word.quality.GREEN") : null;
  };
}
