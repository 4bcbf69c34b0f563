import { z } from "zod";
import { listConversations, listConversationsById } from "@/lib/inbox";
import { VIEWS } from "@/lib/inbox/views";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

const query = z.strictObject({
  view: z.enum(VIEWS).default("all"),
  cursor: z.string().max(80).optional(),
  ids: z
    .string()
    .max(2000)
    .transform((v) => v.split(",").filter(Boolean))
    .pipe(z.array(idSchema("conversation")).max(50))
    .optional(),
});

export const GET = route({ access: "inbox.read", query }, (ctx, { query: { ids, ...page } }) =>
  ids ? listConversationsById(ctx, { ids, view: page.view }) : listConversations(ctx, page),
);
