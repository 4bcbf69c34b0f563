import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ManualForm } from "@/components/onboarding/manual-form";
import { requirePage } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("onboarding"))("manual.title") };
}

export default async function Page() {
  await requirePage("numbers.connect");
  return <ManualForm />;
}
