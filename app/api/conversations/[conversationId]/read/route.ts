import { z } from "zod";
import { markRead } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "inbox.read",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({ messageId: idSchema("message") }),
  },
  (ctx, { params, body }) => markRead(ctx, { ...params, ...body }),
);
