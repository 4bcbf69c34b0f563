import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { DisconnectNumber, disconnectNumber, getDisconnectPreview } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

const params = z.strictObject({ channelId: idSchema("channel") });

export const GET = route({ access: "numbers.connect", params }, (ctx, { params: named }) => getDisconnectPreview(ctx, named));

export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "numbers.disconnect", points: 30, seconds: 600, per: "organisation" },
    params,
    body: DisconnectNumber,
  },
  (ctx, { params: named, body }) => disconnectNumber(ctx, { ...named, ...body }),
);
