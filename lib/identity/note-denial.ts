import type { Ctx } from "@/lib/kernel/ctx";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { inTenantSql } from "@/lib/platform/sql";

/** Writes into the organisation's trail that one of its people was refused. The refusal stands whether or not it could be written. */
export async function noteDenial(ctx: Ctx, what: string): Promise<void> {
  await inTenantSql(ctx, (sql) => audit(sql, [{ action: "access.denied", subject: "permission", subjectId: what }])).catch(
    (error) => log.warn("denial.not_noted", errorFields(error)),
  );
}
