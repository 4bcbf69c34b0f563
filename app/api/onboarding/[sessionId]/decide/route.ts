import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { DecideClaim, decideClaim } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    body: DecideClaim,
  },
  (ctx, { params, body }) => decideClaim(ctx, { ...params, ...body }),
);
