import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { ChooseOnboarding, chooseOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "link",
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    rate: { name: "connect.choose", points: 60, seconds: 600, per: "organisation" },
    body: ChooseOnboarding,
  },
  (ctx, { params, body }) => chooseOnboarding(ctx, { ...params, choice: body }),
);
