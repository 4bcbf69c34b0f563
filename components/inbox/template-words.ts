"use client";
import { useLocale, useTranslations } from "next-intl";
import { languageName } from "@/components/inbox/template-text";

/** Readable form of a template's name: `appointment_reminder` reads "appointment reminder". */
export const templateTitle = (name: string) => name.replaceAll("_", " ");

/** What a variable is called: by its own name, or by its number. */
export function useVariableName(): (key: string) => string {
  const t = useTranslations("templates");
  return (key) => (/^\d+$/.test(key) ? t("field", { number: key }) : templateTitle(key));
}

/** A template's language in the reader's. */
export function useLanguageName(): (code: string) => string {
  const locale = useLocale();
  return (code) => languageName(code, locale);
}
