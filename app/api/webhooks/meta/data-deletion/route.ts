import { noteDeparture } from "@/lib/onboarding";
import { env } from "@/lib/platform/env";
import { route } from "@/lib/web/route";
import { readSignedForm } from "@/lib/web/signed-form";

/** A person asks Meta that we delete what Meta told us of them; Meta shows them our address and code. */
export const POST = route({ access: "provider" }, async (_nobody, { request }) => {
  const code = await noteDeparture("deletion", await readSignedForm(request), new Date());
  return { url: new URL(`/deletion/${code}`, env().NEXTAUTH_URL).href, confirmation_code: code };
});
