import { z } from "zod";
import { route } from "@/lib/web/route";
import { testHandshake } from "@/lib/webhooks";

export const POST = route({ access: "settings.webhook", body: z.strictObject({}) }, (ctx) => testHandshake(ctx));
