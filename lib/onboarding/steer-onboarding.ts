/** What a person may do to a journey: choose, try again, give up. */
import { z } from "zod";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { allowJourney } from "@/lib/onboarding/allow-journey";
import { inJourney } from "@/lib/onboarding/cache";
import { advanceJob } from "@/lib/onboarding/jobs";
import { claimantOf } from "@/lib/onboarding/prove-account";
import {
  assertGoesOn,
  assertOpen,
  finishSession,
  listSteps,
  lockSession,
  makeDue,
  resetStep,
  type Session,
  saveFacts,
  seizeLease,
} from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import type { Sql } from "@/lib/platform/sql";

const GraphId = z.string().regex(/^\d{1,32}$/);
export const ChooseOnboarding = z.union([z.strictObject({ wabaId: GraphId }), z.strictObject({ phoneNumberId: GraphId })]);

interface Named {
  sessionId: Id<"onboarding">;
}

async function steer(
  ctx: Ctx,
  { sessionId }: Named,
  work: (sql: Sql, session: Session) => Promise<void>,
  judge = assertGoesOn,
): Promise<void> {
  allowJourney(ctx, sessionId);
  await inJourney(ctx, sessionId, async (sql) => {
    const session = await lockSession(sql, sessionId);
    judge(session, ctx.now);
    await work(sql, session);
  });
}

/** Answers what a step asked. @throws AppError `invalid` for what was not offered */
export async function chooseOnboarding(ctx: Ctx, input: Named & { choice: z.output<typeof ChooseOnboarding> }): Promise<void> {
  await steer(ctx, input, async (sql, { facts }) => {
    const asked = (await listSteps(sql, input.sessionId)).find((s) => s.state === "asked");
    if (!asked) throw new AppError("precondition", "nothing_asked");
    const { choice } = input;
    if ("wabaId" in choice) {
      if (asked.step !== "prove" || !facts.proven.includes(choice.wabaId))
        throw new AppError("invalid", "invalid", { fields: { wabaId: "not_offered" } });
      await saveFacts(sql, input.sessionId, { ...facts, hints: { ...facts.hints, wabaId: choice.wabaId } });
    } else {
      if (asked.step !== "number" || !facts.numbers.some((n) => n.id === choice.phoneNumberId))
        throw new AppError("invalid", "invalid", { fields: { phoneNumberId: "not_offered" } });
      await saveFacts(sql, input.sessionId, { ...facts, hints: { ...facts.hints, phoneNumberId: choice.phoneNumberId } });
    }
    await resetStep(sql, input.sessionId, asked.step);
    await makeDue(sql, input.sessionId);
  });
  await ring(advanceJob, { orgId: ctx.orgId, sessionId: input.sessionId });
}

/** Lets a step that failed run once more. */
export async function retryOnboarding(ctx: Ctx, input: Named): Promise<void> {
  await steer(ctx, input, async (sql) => {
    const failed = (await listSteps(sql, input.sessionId)).find((s) => s.state === "failed");
    // a code is used up by its one exchange: there it is Connect that has to be pressed again
    if (!failed || failed.step === "exchange") throw new AppError("precondition", "nothing_to_retry");
    await resetStep(sql, input.sessionId, failed.step);
    await makeDue(sql, input.sessionId);
  });
  await ring(advanceJob, { orgId: ctx.orgId, sessionId: input.sessionId });
}

export const DecideClaim = z.strictObject({ approve: z.boolean() });

/**
 * A second admin lets a claim pass, or ends it. What was kept for the account comes to the organisation only after this.
 * @throws AppError `precondition` `nothing_asked`; `forbidden` `own_claim` for the one who makes the claim
 */
export async function decideClaim(ctx: Ctx, input: Named & z.output<typeof DecideClaim>): Promise<void> {
  allow(ctx, "numbers.connect");
  const { sessionId, approve } = input;
  await steer(ctx, input, async (sql, session) => {
    const asked = (await listSteps(sql, sessionId)).find((s) => s.step === "approve" && s.state === "asked");
    if (!asked) throw new AppError("precondition", "nothing_asked");
    const decider = userIdOf(ctx);
    if (decider === null || decider === claimantOf(session)) throw new AppError("forbidden", "own_claim");
    if (approve) {
      await saveFacts(sql, sessionId, { ...session.facts, approvedBy: decider });
      await resetStep(sql, sessionId, "approve");
      await makeDue(sql, sessionId);
    } else {
      await seizeLease(sql, sessionId);
      await finishSession(sql, sessionId, "cancelled", null);
    }
    const action = approve ? "account.claim_approved" : "account.claim_refused";
    await audit(sql, [{ action, subject: "waba", subjectId: session.facts.wabaId, detail: { session: sessionId } }]);
  });
  if (approve) await ring(advanceJob, { orgId: ctx.orgId, sessionId });
}

/** Ends a journey, also one that cannot be read. What it has already connected stays connected. */
export async function cancelOnboarding(ctx: Ctx, input: Named): Promise<void> {
  allow(ctx, "numbers.connect");
  const giveUp = async (sql: Sql) => {
    await seizeLease(sql, input.sessionId);
    await finishSession(sql, input.sessionId, "cancelled", null);
    await audit(sql, [{ action: "onboarding.cancelled", subject: "onboarding", subjectId: input.sessionId }]);
  };
  await steer(ctx, input, giveUp, assertOpen);
}
