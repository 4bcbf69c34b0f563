import { ChooseOnboarding, chooseOnboarding, journeyOf } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  { access: "link", rate: { name: "onboarding.choose", points: 60, seconds: 600, per: "organisation" }, body: ChooseOnboarding },
  (ctx, { body }) => chooseOnboarding(ctx, { sessionId: journeyOf(ctx), choice: body }),
);
