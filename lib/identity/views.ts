/** What leaves the server about people and sessions. Browser-pure. */
import * as z from "zod/mini";

export const MemberView = z.object({ id: z.string(), name: z.string(), role: z.string() });
export const MemberList = z.object({ items: z.array(MemberView) });
export type MemberView = z.infer<typeof MemberView>;

/** Who I am here and what I may do; the shell gets it from the server layout. */
export const MeView = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  locale: z.enum(["en", "id", "pt-BR"]),
  organisation: z.object({ id: z.string(), name: z.string() }),
  organisations: z.array(z.object({ id: z.string(), name: z.string() })),
  permissions: z.array(z.string()),
});
export type MeView = z.infer<typeof MeView>;
