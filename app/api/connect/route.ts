import { z } from "zod";
import { AppError } from "@/lib/kernel/errors";
import { seconds } from "@/lib/kernel/time";
import { openLink } from "@/lib/onboarding";
import { LINK_LIVES } from "@/lib/onboarding/model";
import { env } from "@/lib/platform/env";
import { clientAddress } from "@/lib/web/client-address";
import { linkCookieHeader } from "@/lib/web/link-cookie";
import { PRIVATE } from "@/lib/web/problem";
import { countAttempt } from "@/lib/web/rate-limit";
import { route } from "@/lib/web/route";

/** Opens a link in this browser. */
export const POST = route(
  { access: "public", body: z.strictObject({ link: z.string().max(100) }) },
  async (ctx, { body, request }) => {
    const address = clientAddress(request.headers.get("x-forwarded-for"), env().TRUST_PROXY);
    if (address) await countAttempt({ name: "connect.open", points: 60, seconds: 600 }, address);
    const guest = await openLink(body.link, ctx.requestId, ctx.now);
    if (!guest) throw new AppError("not_found", "link");
    const cookie = linkCookieHeader(body.link, LINK_LIVES / seconds(1));
    return Response.json({ ok: true }, { headers: { ...PRIVATE, "x-request-id": ctx.requestId, "set-cookie": cookie } });
  },
);
