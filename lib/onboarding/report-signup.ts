import { z } from "zod";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { allowJourney } from "@/lib/onboarding/allow-journey";
import { inJourney } from "@/lib/onboarding/cache";
import type { Facts } from "@/lib/onboarding/facts";
import { advanceJob } from "@/lib/onboarding/jobs";
import { causeOf, STEPS } from "@/lib/onboarding/model";
import { usePress } from "@/lib/onboarding/press-connect";
import {
  assertGoesOn,
  giveBack,
  listSteps,
  lockSession,
  markStep,
  resetStep,
  saveFacts,
  seizeLease,
} from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import type { Sql } from "@/lib/platform/sql";
import { metaAccounts } from "@/lib/providers/meta/accounts";

const GraphId = z.string().regex(/^\d{1,32}$/);
const Words = z.string().max(500);
/** What the pop-up's window message said. Everything in it comes from a browser: ids are hints, words are shown as words. */
export const SignupEvent = z.strictObject({
  event: z.string().regex(/^[A-Z_]{1,60}$/),
  wabaId: GraphId.nullish(),
  phoneNumberId: GraphId.nullish(),
  currentStep: z
    .string()
    .regex(/^[A-Z_]{1,60}$/)
    .nullish(),
  errorMessage: Words.nullish(),
  errorCode: z.string().max(60).nullish(),
});
export const ReportSignup = z.strictObject({
  state: z.string().min(20).max(100),
  code: z.string().min(1).max(2000).nullable(),
  event: SignupEvent.nullable(),
});
export type ReportSignup = z.output<typeof ReportSignup>;

/**
 * Takes what came back from Meta's window: exchanges the code within its thirty seconds and lets the journey go on.
 * Without a code it notes where the person stopped; nothing is lost.
 * @param input.browser the secret of the browser's session, which must be the one that pressed Connect
 * @throws AppError `precondition` `state_refused`, `not_open` or `unreadable`
 */
export async function reportSignup(
  ctx: Ctx,
  input: ReportSignup & { sessionId: Id<"onboarding">; browser: string },
): Promise<void> {
  const { sessionId, code } = input;
  allowJourney(ctx, sessionId);
  const begun = await inJourney(ctx, sessionId, async (sql) => {
    const session = await lockSession(sql, sessionId);
    assertGoesOn(session, ctx.now);
    const pressedAt = await usePress(sql, input);
    if (code === null) {
      // nothing was given: what is under way goes on
      await saveFacts(sql, sessionId, withReport(session.facts, input));
      return null;
    }
    const mine = await seizeLease(sql, sessionId);
    const claimedBy = await pressedBy(sql);
    const before = session.facts.claimedBy === claimedBy ? session.facts.pressedAt : [];
    const claim = { claimedBy, pressedAt: [...before, pressedAt.getTime()].slice(-PRESSES_KEPT), approvedBy: null };
    const known = { ...withReport(session.facts, input), ...claim };
    await saveFacts(sql, sessionId, known);
    await markStep(sql, sessionId, "exchange", { state: "running" });
    return { fence: mine, facts: known };
  });
  if (code === null || begun === null) return;
  const { fence, facts } = begun;
  const answer = await metaAccounts.exchangeCode(code);
  const after = { ...ctx, now: new Date() };
  await inJourney(after, sessionId, async (sql) => {
    if (!(await giveBack(sql, sessionId, fence, answer.ok ? 0 : null))) return;
    if (!answer.ok) {
      const { code: number, subcode } = answer.refusal;
      await markStep(sql, sessionId, "exchange", { state: "failed", cause: causeOf(answer.refusal), code: number, subcode });
      return;
    }
    await saveFacts(sql, sessionId, { ...facts, token: answer.value.token.open(), onlyFor: null });
    await beginAnew(sql, sessionId);
    await audit(sql, [{ action: "onboarding.token_obtained", subject: "onboarding", subjectId: sessionId }]);
  });
  if (answer.ok) await ring(advanceJob, { orgId: ctx.orgId, sessionId });
}

/** Whose claim it is: the person's who pressed, and of somebody with a link that of the one who made it. */
async function pressedBy({ ctx, rows }: Sql): Promise<string | null> {
  if (ctx.actor.kind !== "guest") return userIdOf(ctx);
  const [link] = await rows<{ created_by: string }>(
    "onboarding.link_maker",
    "select created_by from onboarding_links where org_id = $1 and id = $2",
    [ctx.orgId, ctx.actor.linkId],
  );
  return link?.created_by ?? null;
}

const PRESSES_KEPT = 20;

function withReport(facts: Facts, { code, event }: ReportSignup): Facts {
  const hints = {
    wabaId: event?.wabaId ?? facts.hints.wabaId,
    phoneNumberId: event?.phoneNumberId ?? facts.hints.phoneNumberId,
  };
  const stopped =
    code === null
      ? { step: event?.currentStep ?? null, message: event?.errorMessage ?? null, code: event?.errorCode ?? null }
      : null;
  return { ...facts, hints, stopped };
}

/** A new token may see other accounts than the one before: every step looks again, and leaves alone what stands. */
async function beginAnew(sql: Sql, id: Id<"onboarding">): Promise<void> {
  await markStep(sql, id, "exchange", { state: "done" });
  const rows = await listSteps(sql, id);
  for (const step of STEPS) if (step !== "exchange" && rows.some((r) => r.step === step)) await resetStep(sql, id, step);
}
