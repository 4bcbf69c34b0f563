import { z } from "zod";
import { confirmIdentity } from "@/lib/identity";
import { route } from "@/lib/web/route";
import { confirmThrottled } from "@/lib/web/sign-in-throttle";

export const POST = route(
  { access: "session", body: z.strictObject({ password: z.string().min(1).max(512) }) },
  async (ctx, { body, visitor }) => {
    if (!visitor || ctx.actor.kind !== "user") return undefined;
    const { secret } = visitor;
    await confirmThrottled(ctx.actor.userId, () => confirmIdentity(ctx, { ...body, secret }));
    return undefined;
  },
);
