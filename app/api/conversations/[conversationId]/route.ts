import { z } from "zod";
import { getConversationView } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const GET = route(
  { access: "inbox.read", params: z.strictObject({ conversationId: idSchema("conversation") }) },
  (ctx, { params }) => getConversationView(ctx, params),
);
