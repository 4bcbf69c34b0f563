/** What no ring announced, and what is over. */
import { asId, type Id } from "@/lib/kernel/ids";
import { inSystem } from "@/lib/platform/sql";

/** Journeys whose time has come: a lost ring, a retry, a worker that died. */
export async function dueOnboardings(): Promise<{ orgId: Id<"organisation">; sessionId: Id<"onboarding"> }[]> {
  const rows = await inSystem("onboarding sweep", (sql) =>
    sql.rows<{ org_id: string; id: string }>(
      "onboarding.due_all",
      `select org_id, id from onboarding_sessions where state = 'open' and due_at <= now() and expires_at > now()
        and (lease_until is null or lease_until < now()) order by due_at limit 100`,
    ),
  );
  return rows.map((r) => ({ orgId: asId("organisation", r.org_id), sessionId: asId("onboarding", r.id) }));
}

const BATCH = 500;

/** Open journeys whose time is over, by organisation; at most 500. @param except organisations to leave out */
export async function overdueOnboardings(now: Date, except: readonly string[]): Promise<Map<Id<"organisation">, string[]>> {
  const rows = await inSystem("onboarding expiry", (sql) =>
    sql.rows<{ org_id: string; id: string }>(
      "onboarding.overdue",
      "select org_id, id from onboarding_sessions where state = 'open' and expires_at <= $1 and org_id <> all($3::uuid[]) order by expires_at limit $2",
      [now, BATCH, except],
    ),
  );
  const by = new Map<Id<"organisation">, string[]>();
  for (const { org_id, id } of rows) by.set(asId("organisation", org_id), [...(by.get(asId("organisation", org_id)) ?? []), id]);
  return by;
}

/** Organisations that have numbers. */
export async function organisationsWithNumbers(): Promise<Id<"organisation">[]> {
  const rows = await inSystem("token check", (sql) =>
    sql.rows<{ org_id: string }>("channels.orgs", "select distinct org_id from channels where status <> 'disconnected'"),
  );
  return rows.map((r) => asId("organisation", r.org_id));
}
