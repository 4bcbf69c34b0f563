import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NumbersPage } from "@/components/onboarding/numbers-page";
import { getNumbers, getOwnApps } from "@/lib/onboarding";
import { requirePage } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("onboarding"))("title") };
}

export default async function Page() {
  const ctx = await requirePage("numbers.connect");
  return <NumbersPage initial={await getNumbers(ctx)} ownApps={await getOwnApps(ctx)} />;
}
