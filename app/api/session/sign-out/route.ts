import { z } from "zod";
import { revokeSession } from "@/lib/identity";
import { route } from "@/lib/web/route";
import { setCookieHeader } from "@/lib/web/session-cookie";

export const POST = route({ access: "session", body: z.strictObject({}) }, async (ctx, { visitor }) => {
  if (visitor) await revokeSession(visitor.secret, "signed_out", ctx.now);
  const headers = { "set-cookie": await setCookieHeader(null), "clear-site-data": '"cache"', "cache-control": "no-store" };
  return Response.json({ ok: true }, { headers });
});
