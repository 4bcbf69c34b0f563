/** What must hold between tenants, as checks that any database and any way into a tenant can be put through. */
import type { Ctx } from "@/lib/kernel/ctx";
import { newId } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

/** Runs one statement and returns its rows; a bare connection or a pool. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;
/** A way into one tenant's rows, as `inTenantSql` is one. */
export type Way = <T>(ctx: Ctx, work: (sql: Sql) => Promise<T>) => Promise<T>;

const TENANT = /^\(org_id = \(NULLIF\(current_setting\('app\.org_id'::text, true\), ''::text\)\)::uuid\)$/;

interface Policy {
  tablename: string;
  roles: string;
  qual: string | null;
  with_check: string | null;
}

/**
 * Reads the catalogue: every table with `org_id` has row-level security enabled and forced, and one policy for everyone that
 * compares `org_id` with the transaction's organisation in the direct form, when reading and when writing.
 * @param special tables whose `org_id` is not the tenant's key, with a policy of their own
 * @returns one line per breach
 */
export async function policyBreaches(query: Query, special: readonly string[] = []): Promise<string[]> {
  const tables = await query(
    `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  );
  const { rows } = await query(
    "select tablename, roles::text as roles, qual, with_check from pg_policies where schemaname = 'public'",
  );
  const policies = rows as unknown as Policy[]; // as the statement selects them
  const found: string[] = [];
  for (const { name, enabled, forced } of tables.rows) {
    if (special.includes(String(name))) continue;
    if (!enabled || !forced) found.push(`${name}: row-level security is not forced`);
    const general = policies.filter((p) => p.tablename === name && p.roles === "{public}");
    if (!general.some((p) => TENANT.test(p.qual ?? ""))) found.push(`${name}: no policy for reading`);
    if (!general.some((p) => TENANT.test(p.with_check ?? ""))) found.push(`${name}: no check for writing`);
    if (general.some((p) => !TENANT.test(p.with_check ?? "") || !TENANT.test(p.qual ?? "")))
      found.push(`${name}: a policy that is wider than the tenant`);
  }
  return found;
}

async function refused(work: () => Promise<unknown>): Promise<boolean> {
  return work().then(
    () => false,
    () => true,
  );
}

/** Tries to read, change and plant rows of `theirs` as `mine`, through the given way. @returns one line per success */
export async function crossingBreaches(way: Way, mine: Ctx, theirs: Ctx): Promise<string[]> {
  const found: string[] = [];
  const insert = (orgId: string, id: string) => (sql: Sql) =>
    sql.run("check.insert", "insert into contacts (org_id, id) values ($1, $2)", [orgId, id]);
  const [hers, ours] = [newId("contact"), newId("contact")];
  await way(theirs, insert(theirs.orgId, hers));
  await way(mine, insert(mine.orgId, ours));
  const seen = await way(mine, (sql) => sql.rows("check.read", "select id from contacts where org_id = $1", [theirs.orgId]));
  if (seen.length > 0) found.push("foreign rows are read");
  const changed = await way(mine, (sql) =>
    sql.run("check.change", "update contacts set created_at = now() where org_id = $1", [theirs.orgId]),
  );
  if (changed > 0) found.push("foreign rows are changed");
  if (!(await refused(() => way(mine, insert(theirs.orgId, newId("contact"))))))
    found.push("a row is planted in another organisation");
  const move = (sql: Sql) =>
    sql.run("check.move", "update contacts set org_id = $2 where org_id = $1 and id = $3", [mine.orgId, theirs.orgId, ours]);
  if (!(await refused(() => way(mine, move)))) found.push("a row is moved into another organisation");
  return found;
}

/** A tenant's work is one transaction: what fails leaves nothing, and all statements share it. @returns one line per breach */
export async function transactionBreaches(way: Way, ctx: Ctx): Promise<string[]> {
  const found: string[] = [];
  const id = newId("contact");
  await way(ctx, async (sql) => {
    await sql.run("check.insert", "insert into contacts (org_id, id) values ($1, $2)", [ctx.orgId, id]);
    throw new Error("changed my mind");
  }).catch(() => {});
  const left = await way(ctx, (sql) =>
    sql.rows("check.left", "select id from contacts where org_id = $1 and id = $2", [ctx.orgId, id]),
  );
  if (left.length > 0) found.push("what was rolled back is still there");
  const ids = await way(ctx, async (sql) => {
    const one = () => sql.rows<{ id: string }>("check.xid", "select pg_current_xact_id()::text as id");
    return [...(await one()), ...(await one())].map((r) => r.id);
  });
  if (ids[0] !== ids[1]) found.push("two statements of one piece of work are two transactions");
  return found;
}
