import en from "@/lib/web/i18n/locales/en/fatal.json";
import id from "@/lib/web/i18n/locales/id/fatal.json";
import pt from "@/lib/web/i18n/locales/pt-BR/fatal.json";

/** The few words that must be there when everything else failed, in the browser's language. */
export function fatalWords() {
  const spoken = typeof navigator === "undefined" ? "en" : navigator.language;
  if (spoken.startsWith("pt")) return { locale: "pt-BR", words: pt };
  return spoken.startsWith("id") ? { locale: "id", words: id } : { locale: "en", words: en };
}
