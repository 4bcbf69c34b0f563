import { z } from "zod";
import { syncTemplates } from "@/lib/templates";
import { route } from "@/lib/web/route";

export const POST = route({ access: "templates.sync", body: z.strictObject({}) }, (ctx) => syncTemplates(ctx));
