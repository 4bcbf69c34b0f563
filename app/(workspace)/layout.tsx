import { redirect } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { ClockProvider } from "@/components/data/clock";
import { QueryProvider } from "@/components/data/query-provider";
import { Shell } from "@/components/shell/shell";
import { pick } from "@/lib/web/i18n/catalogue";
import { dateForm, type Locale } from "@/lib/web/i18n/config";
import { pageCtx, pageMe } from "@/lib/web/page";

export default async function WorkspaceLayout({ children }: { children: ReactNode }) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/sign-in");
  const [me, messages, locale] = await Promise.all([pageMe(), getMessages(), getLocale()]);
  if (!me) redirect("/sign-in");
  return (
    <NextIntlClientProvider
      locale={dateForm(locale) as Locale}
      messages={pick(messages, [
        "shell",
        "problems",
        "pages",
        "inbox",
        "messages",
        "failure",
        "templates",
        "settings",
        "matters",
        "onboarding",
        "standing",
      ])}
    >
      <QueryProvider>
        <ClockProvider serverNow={ctx.now.getTime()}>
          <Shell me={me}>{children}</Shell>
        </ClockProvider>
      </QueryProvider>
    </NextIntlClientProvider>
  );
}
