import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { setPerson } from "@/lib/matters";
import { route } from "@/lib/web/route";

export const PUT = route(
  {
    access: "matters.walls",
    params: z.strictObject({ matterId: idSchema("matter"), userId: idSchema("user") }),
    body: z.strictObject({ access: z.enum(["member", "denied"]).nullable() }),
  },
  (ctx, { params, body }) => setPerson(ctx, { ...params, ...body }),
);
