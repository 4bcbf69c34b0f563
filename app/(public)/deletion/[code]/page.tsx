import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { LanguageSwitch } from "@/components/identity/language-switch";
import { Mark } from "@/components/ui/mark";
import { readDeparture } from "@/lib/onboarding";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("pages"))("departure.title"), robots: { index: false } };
}

/** How far it is with what a person asked of Meta. Whoever has the code sees a state and a date, and nothing of anybody. */
export default async function DeparturePage({ params }: { params: Promise<{ code: string }> }) {
  const departure = await readDeparture((await params).code);
  if (!departure) notFound();
  const t = await getTranslations("pages");
  const format = await getFormatter();
  const { kind, askedAt, doneAt } = departure;
  const date = `${format.dateTime(doneAt ?? askedAt, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })} UTC`;
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col px-6 py-6">
      <div className="flex items-center gap-2.5">
        <Mark className="size-7" />
        <span className="text-lg font-semibold">Parley</span>
      </div>
      <div className="flex grow flex-col justify-center gap-3 py-10">
        <h1 className="text-2xl font-semibold">{kind === "deletion" ? t("departure.title") : t("departure.deauthorize")}</h1>
        <p className="font-semibold">{doneAt ? t("departure.doneTitle") : t("departure.waitingTitle")}</p>
        <p className="text-muted">{doneAt ? t("departure.done", { date }) : t("departure.waiting", { date })}</p>
        <p className="text-muted">{t("departure.firm")}</p>
      </div>
      <LanguageSwitch label={(await getTranslations("auth"))("language")} current={await getLocale()} />
    </main>
  );
}
