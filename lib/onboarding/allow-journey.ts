import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";

/**
 * The judge of what finishes a journey: people who may connect numbers, and who holds a link to this very journey.
 * @throws AppError `forbidden`; `not_found` for another journey than the link's
 */
export function allowJourney(ctx: Ctx, sessionId: Id<"onboarding">): void {
  if (ctx.actor.kind !== "guest") allow(ctx, "numbers.connect");
  else if (ctx.actor.sessionId !== sessionId) throw notFound("onboarding");
}

/** The journey of whoever came by a link. @throws AppError `forbidden` for anybody else */
export function journeyOf({ actor }: Ctx): Id<"onboarding"> {
  if (actor.kind !== "guest") throw new AppError("forbidden", "link");
  return actor.sessionId;
}
