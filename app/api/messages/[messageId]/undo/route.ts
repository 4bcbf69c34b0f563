import { z } from "zod";
import { undoReply } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const POST = route(
  { access: "inbox.reply", params: z.strictObject({ messageId: idSchema("message") }), body: z.strictObject({}) },
  (ctx, { params }) => undoReply(ctx, params),
);
