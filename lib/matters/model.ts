/** Matters: who may read one, and what may be written into one. Pure. */
import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import type { MatterAccess } from "@/lib/matters/views";

const line = (most: number) => z.string().trim().min(1).max(most);
/** What people write into a matter. `reference` is the firm's own number for it; left out, the next free one is made. */
export const MatterInput = z.strictObject({
  reference: line(40).optional(),
  title: line(200),
  kind: line(60).nullable().optional(),
  clientId: idSchema("contact").nullable().optional(),
  privileged: z.boolean().optional(),
});
export type MatterInput = z.output<typeof MatterInput>;
export const MatterChange = MatterInput.partial().extend({ status: z.enum(["open", "closed"]).optional() });
export type MatterChange = z.output<typeof MatterChange>;

/** The rule that the database holds in `my_matters()`: lists beat roles, the allow list only where there is a wall. */
export const mayReadMatter = (matter: { walled: boolean }, access: MatterAccess | null): boolean =>
  matter.walled ? access === "member" : access !== "denied";

export interface Listed {
  userId: string;
  role: string;
  access: MatterAccess;
}
/** Whether somebody is left inside a wall who may change it; else nobody could ever open it again. */
export const hasKeeper = (people: readonly Listed[], mayKeep: (role: string) => boolean): boolean =>
  people.some((p) => p.access === "member" && mayKeep(p.role));

/** A reference for the nth matter of an organisation. */
export const nextReference = (year: number, n: number): string => `${year}-${String(n).padStart(4, "0")}`;
