import { z } from "zod";
import { journeyOf, retryOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  { access: "link", rate: { name: "onboarding.retry", points: 60, seconds: 600, per: "organisation" }, body: z.strictObject({}) },
  (ctx) => retryOnboarding(ctx, { sessionId: journeyOf(ctx) }),
);
