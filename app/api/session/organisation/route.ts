import { z } from "zod";
import { switchOrganisation } from "@/lib/identity";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";
import { setCookieHeader } from "@/lib/web/session-cookie";

export const POST = route(
  { access: "session", body: z.strictObject({ organisationId: idSchema("organisation") }) },
  async (ctx, { body, visitor }) => {
    if (!visitor) return undefined;
    const secret = await switchOrganisation(ctx, { ...body, secret: visitor.secret });
    return Response.json({ ok: true }, { headers: { "set-cookie": await setCookieHeader(secret), "cache-control": "no-store" } });
  },
);
