import type { Id } from "@/lib/kernel/ids";

/** Who acts: a person, somebody without an account who holds the link to one journey, or the product itself in a worker. */
export type Actor =
  | { kind: "user"; userId: Id<"user"> }
  | { kind: "guest"; linkId: Id<"link">; sessionId: Id<"onboarding"> }
  | { kind: "system"; why: string };

/** First argument of every verb: whose tenant, who acts, with which rights, when. Built by adapters from a session row or a claimed row, never from input. */
export interface Ctx {
  readonly orgId: Id<"organisation">;
  readonly actor: Actor;
  readonly role: string | null;
  readonly permissions: ReadonlySet<string>;
  readonly now: Date;
  readonly requestId: string;
  /** When the acting person's password was last checked in this session; absent for whoever has none. */
  readonly authenticatedAt?: Date | null;
}

/** The acting person's id, or null for the system. */
export const userIdOf = (ctx: Ctx): Id<"user"> | null => (ctx.actor.kind === "user" ? ctx.actor.userId : null);

/** What the trail names as the doer: the person, or the link by which somebody came; null for the system. */
export const actorIdOf = ({ actor }: Ctx): Id<"user"> | Id<"link"> | null =>
  actor.kind === "user" ? actor.userId : actor.kind === "guest" ? actor.linkId : null;

/** A context for work the product does by itself inside one tenant. */
export const systemCtx = (orgId: Id<"organisation">, why: string, now: Date = new Date()): Ctx => ({
  orgId,
  actor: { kind: "system", why },
  role: null,
  permissions: new Set(["*"]),
  now,
  requestId: why,
});
