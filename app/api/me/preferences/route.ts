import { z } from "zod";
import { LOCALES, setPreferences } from "@/lib/identity";
import { route } from "@/lib/web/route";

export const PUT = route({ access: "session", body: z.strictObject({ locale: z.enum(LOCALES).optional() }) }, (ctx, { body }) =>
  setPreferences(ctx, body),
);
