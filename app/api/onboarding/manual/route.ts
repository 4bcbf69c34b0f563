import { ConnectManually, connectManually } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.manual", points: 30, seconds: 600, per: "organisation" },
    body: ConnectManually,
    status: 201,
  },
  (ctx, { body }) => connectManually(ctx, body),
);
