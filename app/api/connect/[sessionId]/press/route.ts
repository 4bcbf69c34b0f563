import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { pressConnect } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "link",
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    rate: { name: "connect.press", points: 120, seconds: 600, per: "organisation" },
    body: z.strictObject({}),
  },
  (ctx, { params, visitor }) => pressConnect(ctx, { ...params, browser: visitor?.secret ?? "" }),
);
