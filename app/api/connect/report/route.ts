import { journeyOf, ReportSignup, reportSignup } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const POST = route(
  { access: "link", rate: { name: "onboarding.report", points: 60, seconds: 600, per: "organisation" }, body: ReportSignup },
  (ctx, { body, visitor }) => reportSignup(ctx, { ...body, sessionId: journeyOf(ctx), browser: visitor?.secret ?? "" }),
);
