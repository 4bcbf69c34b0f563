import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { ReportSignup, reportSignup } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  {
    access: "link",
    params: z.strictObject({ sessionId: idSchema("onboarding") }),
    rate: { name: "connect.report", points: 60, seconds: 600, per: "organisation" },
    body: ReportSignup,
  },
  (ctx, { params, body, visitor }) => reportSignup(ctx, { ...body, ...params, browser: visitor?.secret ?? "" }),
);
