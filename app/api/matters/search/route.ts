import { z } from "zod";
import { listMatters } from "@/lib/matters";
import { route } from "@/lib/web/route";

/** Asked in a body: words of titles do not belong into addresses. */
export const POST = route(
  {
    access: "matters.read",
    body: z.strictObject({ q: z.string().max(200), status: z.enum(["open", "closed"]).optional() }),
  },
  (ctx, { body }) => listMatters(ctx, body),
);
