import { getNumbers, StartOnboarding, startOnboarding } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const GET = route({ access: "numbers.connect" }, (ctx) => getNumbers(ctx));
export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.start", points: 30, seconds: 600, per: "organisation" },
    body: StartOnboarding,
    status: 201,
  },
  (ctx, { body }) => startOnboarding(ctx, body),
);
