/** Whether anybody here still needs what Meta tells of an account: asked as the system, answered with yes or no. */
import type { Id } from "@/lib/kernel/ids";
import { inSystem } from "@/lib/platform/sql";

interface Account {
  wabaId: string;
  /** The customer's own app; null for the platform's. Each app has a subscription of its own. */
  appId: string | null;
}

/** Whether a number of the account, of any organisation, is connected by this app. @param besides a number that does not count */
export async function isAccountInUse({ wabaId, appId }: Account, besides: Id<"channel"> | null = null): Promise<boolean> {
  const [row] = await inSystem("account in use", (sql) =>
    sql.rows<{ used: boolean }>(
      "account.in_use",
      `select exists (select from channels where waba_id = $1 and status <> 'disconnected' and app_id is not distinct from $2::text
        and id is distinct from $3::uuid) as used`,
      [wabaId, appId, besides],
    ),
  );
  return row?.used === true;
}
