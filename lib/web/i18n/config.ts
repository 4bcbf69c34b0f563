/** The three languages of the interface. Pure. */
export const LOCALES = ["en", "id", "pt-BR"] as const;
export type Locale = (typeof LOCALES)[number];
export const DEFAULT_LOCALE: Locale = "en";
export const LOCALE_COOKIE = "parley-locale";
/** The viewer's time zone (IANA name), written by the browser: the server draws times in it. */
export const ZONE_COOKIE = "parley-zone";

const byTag = (tag: string): Locale | null => {
  const [language = ""] = tag.toLowerCase().split("-");
  if (language === "pt") return "pt-BR";
  if (language === "id" || language === "in") return "id";
  return language === "en" ? "en" : null;
};

export const asLocale = (value: string | null | undefined): Locale | null => LOCALES.find((locale) => locale === value) ?? null;

/** How dates and numbers are written in a language of the interface: English ones day before month. */
export const dateForm = (locale: string) => (locale === "en" ? "en-GB" : locale);

/** The first language of an `Accept-Language` header that we speak, by its weights; null when there is none. */
export function negotiateLocale(header: string | null): Locale | null {
  const wishes = (header ?? "")
    .split(",", 20)
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const weight = params.map((p) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(p)?.[1]).find(Boolean);
      return { locale: byTag(tag.trim()), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter((wish) => wish.locale !== null && wish.weight > 0);
  return wishes.sort((a, b) => b.weight - a.weight)[0]?.locale ?? null;
}

/** A time zone the runtime knows, else UTC: the cookie is the visitor's to write. */
export function asTimeZone(value: string | undefined): string {
  if (!value || value.length > 64) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
