import { z } from "zod";
import { fileInstruction, withdrawInstruction } from "@/lib/inbox";
import { idSchema } from "@/lib/kernel/id-schema";
import { route } from "@/lib/web/route";

const params = z.strictObject({ messageId: idSchema("message") });

export const PUT = route({ access: "matters.write", params }, (ctx, input) => fileInstruction(ctx, input.params));
export const DELETE = route({ access: "matters.write", params }, (ctx, input) => withdrawInstruction(ctx, input.params));
