import { systemCtx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { errorFields, log } from "@/lib/platform/log";
import { inSystem } from "@/lib/platform/sql";
import { syncTemplates } from "@/lib/templates/sync-templates";

const lastTried = new Map<string, number>();

/**
 * Keeps every organisation's templates fresh without anyone asking.
 * @param everyMs not more often than this per organisation and process
 */
export async function sweepTemplates(everyMs: number, now: Date): Promise<void> {
  const orgs = await inSystem("template sweep", (sql) =>
    sql.rows<{ org_id: string }>("templates.orgs", "select distinct org_id from channels where status = 'connected'"),
  );
  for (const { org_id } of orgs) {
    if (now.getTime() - (lastTried.get(org_id) ?? 0) < everyMs) continue;
    lastTried.set(org_id, now.getTime());
    await syncTemplates(systemCtx(asId("organisation", org_id), "templates.sync", new Date())).catch((error) => {
      lastTried.delete(org_id); // a provider that was away is asked again at the next turn
      log.warn("templates.sync_failed", errorFields(error));
    });
  }
}
