import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { WebhookSettings } from "@/components/settings/webhook-settings";
import { requirePage } from "@/lib/web/page";
import { getWebhookSettings } from "@/lib/webhooks";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("webhook.title") };
}

export default async function WebhookPage() {
  const ctx = await requirePage("settings.webhook");
  return <WebhookSettings initial={await getWebhookSettings(ctx)} />;
}
