import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { getStanding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const GET = route(
  { access: "numbers.connect", params: z.strictObject({ channelId: idSchema("channel") }) },
  (ctx, { params }) => getStanding(ctx, params),
);
