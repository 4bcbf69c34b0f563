import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { shareOnboarding, unshareOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

const params = z.strictObject({ sessionId: idSchema("onboarding") });

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.link", points: 30, seconds: 600, per: "organisation" },
    params,
    body: z.strictObject({}),
    status: 201,
  },
  (ctx, { params }) => shareOnboarding(ctx, params),
);
export const DELETE = route({ access: "numbers.connect", params, body: z.strictObject({}) }, (ctx, { params }) =>
  unshareOnboarding(ctx, params),
);
