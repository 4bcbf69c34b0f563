/** Each language under its own name, so that everyone finds theirs. */
export const LANGUAGES = [
  { locale: "en", name: "English" },
  { locale: "id", name: "Bahasa Indonesia" },
  { locale: "pt-BR", name: "Português (Brasil)" },
] as const;
