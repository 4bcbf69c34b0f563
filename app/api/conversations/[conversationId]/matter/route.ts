import { z } from "zod";
import { bindConversation } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "matters.write",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({
      matterId: idSchema("matter").nullable(),
      from: z.union([z.enum(["part", "now"]), idSchema("message")]),
    }),
  },
  (ctx, { params, body }) => bindConversation(ctx, { ...params, ...body }),
);
