import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { DisconnectPage } from "@/components/channels/disconnect-page";
import { AppError } from "@/lib/kernel/errors";
import { idSchema } from "@/lib/kernel/id-schema";
import { getDisconnectPreview } from "@/lib/onboarding";
import { requirePage } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("standing"))("leave.title") };
}

export default async function Page({ params }: { params: Promise<{ channelId: string }> }) {
  const ctx = await requirePage("numbers.connect");
  const id = idSchema("channel").safeParse((await params).channelId);
  if (!id.success) notFound();
  const preview = await getDisconnectPreview(ctx, { channelId: id.data }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  return <DisconnectPage preview={preview} />;
}
