import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { retryOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "link",
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    rate: { name: "connect.retry", points: 60, seconds: 600, per: "organisation" },
    body: z.strictObject({}),
  },
  (ctx, { params }) => retryOnboarding(ctx, params),
);
