import { z } from "zod";
import { resendMessage } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "inbox.resend",
    params: z.strictObject({ messageId: idSchema("message") }),
    body: z.strictObject({ requestId: z.uuid() }),
    status: 201,
  },
  (ctx, { params, body }) => resendMessage(ctx, { ...params, ...body }),
);
