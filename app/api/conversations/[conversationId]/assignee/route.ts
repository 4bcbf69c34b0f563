import { z } from "zod";
import { assignConversation } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "inbox.assign",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({ userId: idSchema("user").nullable(), from: idSchema("user").nullable().optional() }),
  },
  (ctx, { params, body }) => assignConversation(ctx, { ...params, ...body }),
);
