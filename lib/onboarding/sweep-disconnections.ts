/** Disconnections whose time has come: a lost ring, a retry, a worker that died, a look at what was connected again. */
import { asId, type Id } from "@/lib/kernel/ids";
import { inSystem } from "@/lib/platform/sql";

/** The earliest first, at most fifty. */
export async function dueDisconnections(): Promise<{ orgId: Id<"organisation">; disconnectionId: Id<"disconnection"> }[]> {
  const rows = await inSystem("disconnections", (sql) =>
    sql.rows<{ org_id: string; id: string }>(
      "disconnections.due",
      "select org_id, id from disconnections where due_at <= now() order by due_at limit 50",
    ),
  );
  return rows.map((r) => ({ orgId: asId("organisation", r.org_id), disconnectionId: asId("disconnection", r.id) }));
}
