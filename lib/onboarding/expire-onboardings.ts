import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { forgetJourney } from "@/lib/onboarding/cache";
import { overdueOnboardings } from "@/lib/onboarding/sweep-onboarding";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Ends journeys whose seven days are over: what they found out, tokens included, is destroyed. Done again it changes nothing. One
 * organisation that fails keeps no other from its turn.
 * @param now the database's time: by it a journey's end was written, and its slot of the night taken
 * @param keep called before each batch, so that a long night is not begun a second time; what it throws ends the round
 * @returns how many ended
 */
export async function expireOnboardings(now: Date, keep: () => Promise<void> = async () => {}): Promise<number> {
  let ended = 0;
  const failed = new Set<Id<"organisation">>();
  for (;;) {
    await keep();
    const overdue = await overdueOnboardings(now, [...failed]);
    if (overdue.size === 0) break;
    for (const [orgId, ids] of overdue) {
      try {
        ended += await inTenantSql(systemCtx(orgId, "onboarding.expiry", now), (sql) => expire(sql, ids));
        await Promise.all(ids.map((id) => forgetJourney(orgId, asId("onboarding", id))));
      } catch (error) {
        failed.add(orgId);
        log.error("onboarding.expiry_failed", { orgId, ...errorFields(error) });
      }
    }
  }
  log.info("onboarding.expired", { ended, failed: failed.size });
  return ended;
}

async function expire(sql: Sql, ids: string[]): Promise<number> {
  const { orgId, now } = sql.ctx;
  const ended = await sql.rows<{ id: string }>(
    "onboarding.expire",
    `update onboarding_sessions set state = 'expired', facts_sealed = null, due_at = null, lease_until = null, fence = nextval('fences'), finished_at = $3
      where org_id = $1 and id = any($2::uuid[]) and state = 'open' and expires_at <= $3 returning id`,
    [orgId, ids, now],
  );
  await sql.run("onboarding.unpress", "delete from onboarding_presses where org_id = $1 and session_id = any($2::uuid[])", [
    orgId,
    ended.map((r) => r.id),
  ]);
  await audit(
    sql,
    ended.map(({ id }) => ({ action: "onboarding.expired", subject: "onboarding", subjectId: id })),
  );
  return ended.length;
}
