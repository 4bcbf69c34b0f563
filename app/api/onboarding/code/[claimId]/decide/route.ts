import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { DecideClaim, decideClaimCode } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    params: z.strictObject({ claimId: idSchema("claim") }),
    body: DecideClaim,
  },
  (ctx, { params, body }) => decideClaimCode(ctx, { ...params, ...body }),
);
