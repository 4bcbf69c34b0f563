import { z } from "zod";
import { listTimeline } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

const query = z.strictObject({ cursor: z.string().max(80).optional(), only: z.enum(["messages", "activities"]).optional() });

export const GET = route(
  { access: "inbox.read", params: z.strictObject({ matterId: idSchema("matter") }), query },
  (ctx, input) => listTimeline(ctx, { ...input.params, ...input.query }),
);
