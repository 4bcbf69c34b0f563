import { noteDeparture } from "@/lib/onboarding";
import { route } from "@/lib/web/route";
import { readSignedForm } from "@/lib/web/signed-form";

/** A person removed our app at Meta. */
export const POST = route({ access: "provider" }, async (_nobody, { request }) => {
  await noteDeparture("deauthorize", await readSignedForm(request), new Date());
});
