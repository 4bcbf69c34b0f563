/** What leaves the server about matters. Browser-pure. */
import * as z from "zod/mini";
import { PersonView } from "@/lib/kernel/person-view";

/** What an organisation calls its matters. */
export const MATTER_WORDS = ["matter", "case", "booking"] as const;
export type MatterWord = (typeof MATTER_WORDS)[number];

/** A matter as it is named beside something else. */
export const MatterTag = z.object({ id: z.string(), reference: z.string(), title: z.string() });
export type MatterTag = z.infer<typeof MatterTag>;

export const MatterRow = z.object({
  ...MatterTag.shape,
  /** Free words, or null. */
  kind: z.nullable(z.string()),
  status: z.enum(["open", "closed"]),
  /** Conversations bound to it are privileged from the start. */
  privileged: z.boolean(),
  /** Only its members may read it. */
  walled: z.boolean(),
  client: z.nullable(PersonView),
  createdAt: z.string(),
});
export type MatterRow = z.infer<typeof MatterRow>;
export const MatterPage = z.object({ items: z.array(MatterRow), nextCursor: z.nullable(z.string()), word: z.enum(MATTER_WORDS) });
export type MatterPage = z.infer<typeof MatterPage>;

/** `denied` keeps a person out of a matter that is open to all others. */
export const MatterAccess = z.enum(["member", "denied"]);
export type MatterAccess = z.infer<typeof MatterAccess>;

export const MatterView = z.object({
  ...MatterRow.shape,
  people: z.array(z.object({ person: PersonView, role: z.string(), access: MatterAccess })),
  word: z.enum(MATTER_WORDS),
  can: z.object({ change: z.boolean(), walls: z.boolean() }),
});
export type MatterView = z.infer<typeof MatterView>;
