import { ClaimAccount, claimAccount } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "onboarding.claim", points: 30, seconds: 600, per: "organisation" },
    body: ClaimAccount,
    status: 201,
  },
  (ctx, { body }) => claimAccount(ctx, body),
);
