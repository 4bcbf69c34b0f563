import { z } from "zod";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { newCode } from "@/lib/onboarding/codes";
import { NO_FACTS } from "@/lib/onboarding/facts";
import { advanceJob } from "@/lib/onboarding/jobs";
import { SESSION_LIVES } from "@/lib/onboarding/model";
import { insertSession, makeDue, markStep, saveFacts } from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import { inTenantSql } from "@/lib/platform/sql";

const GraphId = z
  .string()
  .trim()
  .regex(/^\d{5,32}$/);
/** What a customer copies out of the own app's pages at Meta. */
export const ConnectManually = z.strictObject({
  appId: GraphId,
  appSecret: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{16,128}$/),
  token: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{20,2000}$/),
  wabaId: GraphId,
  phoneNumberId: GraphId,
  /** Of a number whose two-step verification is on already. */
  pin: z
    .string()
    .trim()
    .regex(/^\d{6}$/)
    .optional(),
});

/**
 * Begins to connect a number with the customer's own Meta app. The token is there already, so nothing has to be exchanged; every other
 * step is taken as ever. Nothing of what was pasted is given back to a browser.
 */
export async function connectManually(ctx: Ctx, input: z.output<typeof ConnectManually>): Promise<{ id: Id<"onboarding"> }> {
  allow(ctx, "numbers.connect");
  const startedBy = userIdOf(ctx);
  if (startedBy === null) throw new AppError("forbidden", "numbers.connect");
  const id = newId("onboarding");
  const { appId, appSecret, token, wabaId, phoneNumberId, pin } = input;
  await inTenantSql(ctx, async (sql) => {
    const expiresAt = addMs(ctx.now, SESSION_LIVES);
    await insertSession(sql, { id, trackingCode: newCode(10), path: "manual", startedBy, createdAt: ctx.now, expiresAt });
    const app = { id: appId, secret: appSecret };
    await saveFacts(sql, id, { ...NO_FACTS, hints: { wabaId, phoneNumberId }, app, token, pin: pin ?? null });
    await markStep(sql, id, "exchange", { state: "done" });
    await makeDue(sql, id);
    await audit(sql, [
      { action: "onboarding.started", subject: "onboarding", subjectId: id, detail: { path: "manual", app: appId } },
    ]);
  });
  await ring(advanceJob, { orgId: ctx.orgId, sessionId: id });
  return { id };
}
