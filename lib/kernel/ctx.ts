import type { Id } from "@/lib/kernel/ids";

/** Who acts: a person, or the product itself in a worker. */
export type Actor = { kind: "user"; userId: Id<"user"> } | { kind: "system"; why: string };

/** First argument of every verb: whose tenant, who acts, with which rights, when. Built by adapters from a session row or a claimed row, never from input. */
export interface Ctx {
  readonly orgId: Id<"organisation">;
  readonly actor: Actor;
  readonly role: string | null;
  readonly permissions: ReadonlySet<string>;
  readonly now: Date;
  readonly requestId: string;
}

/** The acting person's id, or null for the system. */
export const userIdOf = (ctx: Ctx): Id<"user"> | null => (ctx.actor.kind === "user" ? ctx.actor.userId : null);

/** A context for work the product does by itself inside one tenant. */
export const systemCtx = (orgId: Id<"organisation">, why: string, now: Date = new Date()): Ctx => ({
  orgId,
  actor: { kind: "system", why },
  role: null,
  permissions: new Set(["*"]),
  now,
  requestId: why,
});
