import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { ChooseOnboarding, chooseOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.choose", points: 60, seconds: 600, per: "organisation" },
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    body: ChooseOnboarding,
  },
  (ctx, { params, body }) => chooseOnboarding(ctx, { ...params, choice: body }),
);
