import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { getOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const GET = route({ access: "link", params: z.strictObject({ sessionId: idSchema("onboarding") }) }, (ctx, { params }) =>
  getOnboarding(ctx, params),
);
