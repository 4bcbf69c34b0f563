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
