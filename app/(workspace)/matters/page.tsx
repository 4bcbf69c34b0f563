import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MattersPage } from "@/components/matters/matters-page";
import { listMatters } from "@/lib/matters";
import { requirePage } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("matters"))("title", { word: "matter" }) };
}

export default async function Page() {
  const ctx = await requirePage("matters.read");
  return <MattersPage initial={await listMatters(ctx, {})} />;
}
