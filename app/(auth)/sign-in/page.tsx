import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { LanguageSwitch } from "@/components/identity/language-switch";
import { SignInForm, type SignInWords } from "@/components/identity/sign-in-form";
import { Specimen } from "@/components/identity/specimen";
import { Mark } from "@/components/ui/mark";
import { pageCtx } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("title") };
}

/** The door. Its words are drawn on the server, so that the page carries next to no script. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ error?: string }> }) {
  if (await pageCtx()) redirect("/inbox");
  const t = await getTranslations("auth");
  const { error } = await searchParams;
  const words: SignInWords = {
    email: t("email"),
    password: t("password"),
    submit: t("submit"),
    pending: t("pending"),
    show: t("show"),
    hide: t("hide"),
    errors: {
      email_required: t("error.email_required"),
      email_invalid: t("error.email_invalid"),
      password_required: t("error.password_required"),
      bad_credentials: t("error.bad_credentials"),
      too_many_attempts: t("error.too_many_attempts"),
      no_organisation: t("error.no_organisation"),
      unavailable: t("error.unavailable"),
      offline: t("error.offline"),
    },
  };
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(26rem,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 sm:px-10">
        <div className="flex items-center gap-2.5">
          <Mark className="size-7" />
          <span className="text-lg font-semibold">Parley</span>
        </div>
        <div className="mx-auto flex w-full max-w-88 grow flex-col justify-center py-10">
          <h1 className="text-2xl font-semibold">{t("title")}</h1>
          <p className="mt-1.5 mb-7 text-muted">{t("lead")}</p>
          <SignInForm words={words} refused={error ?? null} />
        </div>
        <LanguageSwitch label={t("language")} current={await getLocale()} />
      </main>
      <Specimen />
    </div>
  );
}
