import { z } from "zod";
import { syncTemplates } from "@/lib/templates";
import { route } from "@/lib/web/route";

export const POST = route(
  { access: "templates.sync", rate: { name: "template-sync", points: 6, seconds: 60 }, body: z.strictObject({}) },
  (ctx) => syncTemplates(ctx),
);
