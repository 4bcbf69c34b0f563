/** What is over of own apps: secrets from before the last change, and endpoints of apps that are gone. */
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { closeEndpoints } from "@/lib/onboarding/own-endpoint";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

const BATCH = 500;

/**
 * Destroys previous secrets whose time is over, here and at the intake, and closes endpoints that lost their app. Safe beside itself; one
 * organisation that fails keeps no other from its turn.
 * @returns how many secrets were destroyed
 */
export async function destroyPreviousSecrets(): Promise<number> {
  const due = await inSystem("previous secrets", (sql) =>
    sql.rows<{ org_id: string }>(
      "own_secrets.due",
      "select distinct org_id from intake_endpoints where previous_until <= now() and org_id is not null limit $1",
      [BATCH],
    ),
  );
  let destroyed = 0;
  for (const { org_id } of due) {
    const orgId = asId("organisation", org_id);
    try {
      destroyed += await destroyIn(orgId);
    } catch (error) {
      log.error("own_secrets.destroy_failed", { orgId, ...errorFields(error) });
    }
  }
  await closeEndpoints();
  return destroyed;
}

/** First the organisation's own copy, with its line in the trail; the intake's names what is left to do until the end. */
async function destroyIn(orgId: Id<"organisation">): Promise<number> {
  const gone = await inTenantSql(systemCtx(orgId, "own_apps.expiry"), async (sql) => {
    const apps = await sql.rows<{ id: string; app_id: string }>(
      "own_secrets.destroy",
      `update own_apps set secret_previous_sealed = null, previous_until = null where org_id = $1 and previous_until <= now()
        returning id, app_id`,
      [orgId],
    );
    await audit(
      sql,
      apps.map(({ id, app_id }) => ({
        action: "own_app.previous_destroyed",
        subject: "own_app",
        subjectId: id,
        detail: { app: app_id },
      })),
    );
    return apps.length;
  });
  await inSystem("previous secrets", (sql) =>
    sql.run(
      "own_secrets.destroy_endpoint",
      "update intake_endpoints set secret_previous_sealed = null, previous_until = null where org_id = $1 and previous_until <= now()",
      [orgId],
    ),
  );
  return gone;
}
