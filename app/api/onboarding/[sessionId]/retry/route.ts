import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { retryOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.retry", points: 60, seconds: 600, per: "organisation" },
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    body: z.strictObject({}),
  },
  (ctx, { params }) => retryOnboarding(ctx, params),
);
