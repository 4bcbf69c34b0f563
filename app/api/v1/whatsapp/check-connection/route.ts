import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { getConnections } from "@/lib/onboarding";
import { countAttempt } from "@/lib/web/rate-limit";
import { route } from "@/lib/web/route";

/** Live looks of one organisation: each asks Meta several times per number. */
const LIVE = { name: "check-connection", points: 10, seconds: 60 };

/** How the organisation's numbers stand as last kept; with `fresh=1` Meta is asked first. */
export const GET = route(
  {
    access: "numbers.connect",
    query: z.strictObject({ fresh: z.enum(["0", "1"]).optional(), channelId: idSchema("channel").optional() }),
  },
  async (ctx, { query: { fresh, channelId } }) => {
    if (fresh === "1") await countAttempt(LIVE, ctx.orgId);
    return getConnections(ctx, { fresh: fresh === "1", ...(channelId && { channelId }) });
  },
);
