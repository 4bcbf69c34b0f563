import type { Ctx } from "@/lib/kernel/ctx";
import { type Id, newId } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { newCode } from "@/lib/onboarding/codes";
import { type Facts, NO_FACTS } from "@/lib/onboarding/facts";
import { advanceJob } from "@/lib/onboarding/jobs";
import { type Path, SESSION_LIVES } from "@/lib/onboarding/model";
import { insertSession, makeDue, markStep, saveFacts } from "@/lib/onboarding/store";
import { type AuditEntry, audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import { inTenantSql } from "@/lib/platform/sql";

/**
 * Begins a journey whose token is there already: nothing has to be exchanged, and it goes on by itself at once.
 * @param given what is known, its token included
 * @param entry the line of the trail, by the journey's id
 */
export async function beginWithToken(
  ctx: Ctx,
  { path, startedBy, given }: { path: Path; startedBy: Id<"user">; given: Partial<Facts> },
  entry: (id: Id<"onboarding">) => AuditEntry,
): Promise<{ id: Id<"onboarding"> }> {
  const id = newId("onboarding");
  await inTenantSql(ctx, async (sql) => {
    const expiresAt = addMs(ctx.now, SESSION_LIVES);
    await insertSession(sql, { id, trackingCode: newCode(10), path, startedBy, createdAt: ctx.now, expiresAt });
    await saveFacts(sql, id, { ...NO_FACTS, ...given });
    await markStep(sql, id, "exchange", { state: "done" });
    await makeDue(sql, id);
    await audit(sql, [entry(id)]);
  });
  await ring(advanceJob, { orgId: ctx.orgId, sessionId: id });
  return { id };
}
