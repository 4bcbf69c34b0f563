import { systemCtx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { log } from "@/lib/platform/log";
import { inSystem, inTenantSql, type Sql } from "@/lib/platform/sql";

const BATCH = 500;

/**
 * Ends journeys whose seven days are over: what they found out, tokens included, is destroyed. Done again it changes nothing.
 * @returns how many ended
 */
export async function expireOnboardings(now: Date): Promise<number> {
  let ended = 0;
  for (;;) {
    const rows = await inSystem("onboarding expiry", (sql) =>
      sql.rows<{ org_id: string; id: string }>(
        "onboarding.overdue",
        "select org_id, id from onboarding_sessions where state = 'open' and expires_at <= $1 order by expires_at limit $2",
        [now, BATCH],
      ),
    );
    for (const org of new Set(rows.map((r) => r.org_id))) {
      const ids = rows.filter((r) => r.org_id === org).map((r) => r.id);
      ended += await inTenantSql(systemCtx(asId("organisation", org), "onboarding.expiry", now), (sql) => expire(sql, ids));
    }
    if (rows.length < BATCH) break;
  }
  log.info("onboarding.expired", { ended });
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
