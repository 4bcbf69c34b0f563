import { z } from "zod";
import { setPrivileged } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "matters.write",
    params: z.strictObject({ conversationId: idSchema("conversation") }),
    body: z.strictObject({ privileged: z.boolean() }),
  },
  (ctx, { params, body }) => setPrivileged(ctx, { ...params, ...body }),
);
