import type { Metadata } from "next";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import { QueryProvider } from "@/components/data/query-provider";
import { LanguageSwitch } from "@/components/identity/language-switch";
import { GuestJourney } from "@/components/onboarding/guest-journey";
import { Mark } from "@/components/ui/mark";
import { getInvitation } from "@/lib/onboarding";
import { pick } from "@/lib/web/i18n/catalogue";
import { dateForm, type Locale } from "@/lib/web/i18n/config";
import { guestOfPage } from "@/lib/web/link-cookie";
import { newRequestId } from "@/lib/web/request-guard";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("onboarding"))("guest.page"), referrer: "no-referrer" };
}

/** One journey, for somebody who holds the link to it and has no account. */
export default async function ConnectPage() {
  const guest = await guestOfPage(await cookies(), newRequestId());
  const [messages, locale, auth] = await Promise.all([getMessages(), getLocale(), getTranslations("auth")]);
  return (
    <NextIntlClientProvider locale={dateForm(locale) as Locale} messages={pick(messages, ["problems", "onboarding"])}>
      <QueryProvider>
        <main className="mx-auto flex min-h-dvh max-w-2xl flex-col px-4 py-6 sm:px-8">
          <div className="flex items-center gap-2.5">
            <Mark className="size-7" />
            <span className="text-lg font-semibold">Parley</span>
          </div>
          <div className="grow py-10">
            <GuestJourney invitation={guest && (await getInvitation(guest.ctx))} />
          </div>
          <LanguageSwitch label={auth("language")} current={locale} />
        </main>
      </QueryProvider>
    </NextIntlClientProvider>
  );
}
