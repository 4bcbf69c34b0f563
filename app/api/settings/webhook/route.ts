import { route } from "@/lib/web/route";
import { getWebhookSettings } from "@/lib/webhooks";

export const GET = route({ access: "settings.webhook" }, (ctx) => getWebhookSettings(ctx));
