import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { changeMatter, getMatter } from "@/lib/matters";
import { MatterChange } from "@/lib/matters/model";
import { route } from "@/lib/web/route";

const params = z.strictObject({ matterId: idSchema("matter") });

export const GET = route({ access: "matters.read", params }, (ctx, input) => getMatter(ctx, input.params));
export const PATCH = route({ access: "matters.write", params, body: MatterChange }, (ctx, input) =>
  changeMatter(ctx, { ...input.params, change: input.body }),
);
