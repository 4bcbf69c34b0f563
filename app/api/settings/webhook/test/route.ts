import { z } from "zod";
import { route } from "@/lib/web/route";
import { testHandshake } from "@/lib/webhooks";

export const POST = route(
  { access: "settings.webhook", rate: { name: "webhook-test", points: 20, seconds: 60 }, body: z.strictObject({}) },
  (ctx) => testHandshake(ctx),
);
