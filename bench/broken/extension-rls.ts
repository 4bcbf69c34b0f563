/** Broken on purpose: the widely copied way, which sets the tenant in a batch of its own around every single statement. */
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import type { Sql } from "@/lib/platform/sql";

/** Has the shape of `inTenantSql`. */
export async function inTenantSql<T>(ctx: Ctx, work: (sql: Sql) => Promise<T>): Promise<T> {
  const keys = await orgKeys(ctx.orgId);
  const batch = async (text: string, values: readonly unknown[]) => {
    const client = await poolOf(ctx.actor.kind === "system" ? "worker" : "app").connect();
    try {
      await client.query("begin");
      await client.query("select set_config('app.org_id', $1, true), set_config('app.user_id', $2, true)", [
        ctx.orgId,
        userIdOf(ctx) ?? "",
      ]);
      const result = await client.query(text, values as unknown[]);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  };
  return work({
    keys,
    ctx,
    rows: async (_name: string, text: string, values: readonly unknown[] = []) => (await batch(text, values)).rows,
    run: async (_name: string, text: string, values: readonly unknown[] = []) => (await batch(text, values)).rowCount ?? 0,
  } as unknown as Sql); // a forgery by design
}
