import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { MatterPage } from "@/components/matters/matter-page";
import { AppError } from "@/lib/kernel/errors";
import { idSchema } from "@/lib/kernel/id-schema";
import { getMatter } from "@/lib/matters";
import { requirePage } from "@/lib/web/page";

/** Says nothing of the matter: a title stands in histories and on shared screens. */
export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("matters"))("title", { word: "matter" }) };
}

export default async function Page({ params }: { params: Promise<{ matterId: string }> }) {
  const ctx = await requirePage("matters.read");
  const id = idSchema("matter").safeParse((await params).matterId);
  if (!id.success) notFound();
  const matter = await getMatter(ctx, { matterId: id.data }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  return <MatterPage initial={matter} />;
}
