import { z } from "zod";
import { makeClaimCode } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.code", points: 10, seconds: 600, per: "organisation" },
    body: z.strictObject({}),
    status: 201,
  },
  (ctx) => makeClaimCode(ctx),
);
