import { z } from "zod";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { newCode } from "@/lib/onboarding/codes";
import { PATHS, SESSION_LIVES } from "@/lib/onboarding/model";
import { insertSession } from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { isOn } from "@/lib/platform/flags";
import { inTenantSql } from "@/lib/platform/sql";

export const StartOnboarding = z.strictObject({ path: z.enum(PATHS) });

/** Begins to connect a number. It may be left and resumed on any device for seven days. @throws AppError `precondition` `not_rolled_out` while the embedded signup has not reached the organisation */
export async function startOnboarding(ctx: Ctx, { path }: z.output<typeof StartOnboarding>): Promise<{ id: Id<"onboarding"> }> {
  allow(ctx, "numbers.connect");
  const startedBy = userIdOf(ctx);
  if (startedBy === null) throw new AppError("forbidden", "numbers.connect");
  if (!(await isOn("onboarding.embedded", ctx.orgId))) throw new AppError("precondition", "not_rolled_out");
  const id = newId("onboarding");
  await inTenantSql(ctx, async (sql) => {
    await insertSession(sql, {
      id,
      trackingCode: newCode(10),
      path,
      startedBy,
      createdAt: ctx.now,
      expiresAt: addMs(ctx.now, SESSION_LIVES),
    });
    await audit(sql, [{ action: "onboarding.started", subject: "onboarding", subjectId: id, detail: { path } }]);
  });
  return { id };
}
