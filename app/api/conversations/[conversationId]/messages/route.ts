import { z } from "zod";
import { listMessages, replyToConversation } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

const params = z.strictObject({ conversationId: idSchema("conversation") });

export const GET = route(
  {
    access: "inbox.read",
    params,
    query: z.strictObject({
      cursor: z.string().max(80).optional(),
      after: idSchema("message").optional(),
      around: idSchema("message").optional(),
    }),
  },
  (ctx, { params: address, query }) => listMessages(ctx, { ...address, ...query }),
);

const body = z
  .strictObject({
    requestId: z.uuid(),
    text: z.string().max(20_000).optional(),
    template: z
      .strictObject({ id: idSchema("template"), variables: z.record(z.string().max(64), z.string().max(1024)) })
      .optional(),
  })
  .refine((b) => (b.text === undefined) !== (b.template === undefined), { error: "one_of_text_or_template", path: ["text"] });

export const POST = route({ access: "inbox.reply", params, body, status: 201 }, (ctx, { params: address, body: reply }) =>
  replyToConversation(ctx, { ...address, ...reply }),
);
