import { z } from "zod";
import { setMatterWord } from "@/lib/matters";
import { MATTER_WORDS } from "@/lib/matters/views";
import { route } from "@/lib/web/route";

export const PUT = route({ access: "matters.walls", body: z.strictObject({ word: z.enum(MATTER_WORDS) }) }, (ctx, { body }) =>
  setMatterWord(ctx, body),
);
