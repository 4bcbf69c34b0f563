import { z } from "zod";
import { setConversationStatus } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "inbox.assign",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({ status: z.enum(["open", "resolved"]) }),
  },
  (ctx, { params, body }) => setConversationStatus(ctx, { ...params, ...body }),
);
