import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Journey } from "@/components/onboarding/journey";
import { AppError } from "@/lib/kernel/errors";
import { idSchema } from "@/lib/kernel/id-schema";
import { getOnboarding } from "@/lib/onboarding";
import { requirePage } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("onboarding"))("journey.title") };
}

export default async function Page({ params }: { params: Promise<{ sessionId: string }> }) {
  const ctx = await requirePage("numbers.connect");
  const id = idSchema("onboarding").safeParse((await params).sessionId);
  if (!id.success) notFound();
  const journey = await getOnboarding(ctx, { sessionId: id.data }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  return <Journey initial={journey} />;
}
