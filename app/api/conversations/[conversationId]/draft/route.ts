import { z } from "zod";
import { saveDraft } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "inbox.reply",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({ text: z.string().max(20_000) }),
  },
  (ctx, { params, body }) => saveDraft(ctx, { ...params, ...body }),
);
