/** A person as they are named beside what they did. Browser-pure. */
import * as z from "zod/mini";

export const PersonView = z.object({ id: z.string(), name: z.string() });
export type PersonView = z.infer<typeof PersonView>;
