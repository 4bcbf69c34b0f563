import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { createMatter, listMatters } from "@/lib/matters";
import { MatterInput } from "@/lib/matters/model";
import { route } from "@/lib/web/route";

const query = z.strictObject({
  status: z.enum(["open", "closed"]).optional(),
  clientId: idSchema("contact").optional(),
  cursor: z.string().max(80).optional(),
});

export const GET = route({ access: "matters.read", query }, (ctx, input) => listMatters(ctx, input.query));
export const POST = route({ access: "matters.write", body: MatterInput, status: 201 }, (ctx, { body }) =>
  createMatter(ctx, body),
);
