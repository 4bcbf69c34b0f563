import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { setWall } from "@/lib/matters";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "matters.walls",
    params: z.strictObject({ matterId: idSchema("matter") }),
    body: z.strictObject({ walled: z.boolean() }),
  },
  (ctx, { params, body }) => setWall(ctx, { ...params, ...body }),
);
