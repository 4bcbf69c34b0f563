import { z } from "zod";
import { listTemplatesFor } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const GET = route(
  { access: "templates.read", query: z.strictObject({ conversationId: idSchema("conversation").optional() }) },
  (ctx, { query }) => listTemplatesFor(ctx, query),
);
