import { z } from "zod";
import { journeyOf, pressConnect } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "link",
    rate: { name: "onboarding.press", points: 120, seconds: 600, per: "organisation" },
    body: z.strictObject({}),
  },
  (ctx, { visitor }) => pressConnect(ctx, { sessionId: journeyOf(ctx), browser: visitor?.secret ?? "" }),
);
