/** What the database says of itself: the laws every tenant table obeys, as queries. Used by the catalogue test and by measures. */
import { poolOf } from "@/lib/platform/pool";

/** Tables without an organisation, each with its reason; anything else must carry one first in its key. */
export const WITHOUT_ORGANISATION: Record<string, string> = {
  organisations: "is the organisation; its own id is its scope",
  users: "a person may work in several organisations; forced RLS shows oneself and colleagues",
  sessions: "found by a random id before any organisation is known; `system` only",
  intake_keys: "the platform's own keys: a body may hold several organisations",
  intake_endpoints: "addresses of the intake, known before any organisation is",
  webhook_deliveries: "raw bodies, stored before anyone knows whose they are; `ingest` and `system` only",
  webhook_events: "an orphan's event has no organisation yet; with one it obeys the tenant policy",
  orphan_accounts: "accounts that are nobody's yet; an organisation sees only those proposed to it",
  departures: "a person at Meta takes a permission back; whose numbers it concerns is found out later; `system` only",
  platform_trail: "what the platform did that concerns no organisation; written by `system`, read by nobody of the product",
  job_slots: "schedules of the platform",
  _prisma_migrations: "the migration ledger; no product role may read it",
};

export interface TableFacts {
  table: string;
  rls: boolean;
  forced: boolean;
  firstKey: string | null;
  orgNullable: boolean | null;
  policies: { name: string; roles: string[]; using: string | null; check: string | null; command: string; permissive: boolean }[];
  foreignKeys: { name: string; columns: string[]; target: string }[];
  uniques: { name: string; first: string }[];
}

/** Facts about every table of the schema. */
export async function readCatalogue(): Promise<TableFacts[]> {
  const { rows } = await poolOf("owner").query<TableFacts>(`
    select c.relname as table, c.relrowsecurity as rls, c.relforcerowsecurity as forced,
      (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisprimary) as "firstKey",
      (select not a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as "orgNullable",
      coalesce((select json_agg(json_build_object('name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive, 'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
        'roles', (select coalesce(array_agg(r.rolname), '{public}') from pg_roles r where r.oid = any(p.polroles)))) from pg_policy p where p.polrelid = c.oid), '[]') as policies,
      coalesce((select json_agg(json_build_object('name', k.conname, 'target', k.confrelid::regclass::text,
        'columns', (select array_agg(a.attname order by x.n) from unnest(k.conkey) with ordinality x(num, n) join pg_attribute a on a.attrelid = c.oid and a.attnum = x.num)))
        from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'), '[]') as "foreignKeys",
      coalesce((select json_agg(json_build_object('name', ic.relname, 'first', (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0])))
        from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid and i.indisunique), '[]') as uniques
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`);
  return rows;
}

/** Who may do what with a table: `role: PRIVILEGE` or `role: PRIVILEGE(columns)`, by grants to roles other than its owner. */
export async function grantsOn(table: string): Promise<string[]> {
  const { rows } = await poolOf("owner").query<{ grant: string }>(
    `select coalesce(r.rolname, 'public') || ': ' || a.privilege_type as grant from pg_class c, aclexplode(c.relacl) a
       left join pg_roles r on r.oid = a.grantee where c.oid = $1::regclass and a.grantee <> c.relowner
     union select coalesce(r.rolname, 'public') || ': ' || x.privilege_type || '(' || string_agg(t.attname, ',' order by t.attname) || ')'
       from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) x left join pg_roles r on r.oid = x.grantee
       where c.oid = $1::regclass and x.grantee <> c.relowner group by r.rolname, x.privilege_type
     order by 1`,
    [table],
  );
  return rows.map((r) => r.grant);
}

/** Unique indexes that span tenants on purpose: a number, and a customer's app, belong to one organisation. */
const SPANNING = new Set(["channels_phone_number", "own_apps_app"]);
const DIRECT = "(org_id = (NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid)";

/** What is wrong with the isolation of the schema, in sentences; empty when nothing is. */
export function isolationFaults(tables: TableFacts[]): string[] {
  const faults: string[] = [];
  for (const t of tables) {
    if (t.table !== "_prisma_migrations" && !(t.rls && t.forced))
      faults.push(`${t.table}: row-level security is not enabled and forced`);
    for (const p of t.policies) {
      const writes = p.command !== "r" && p.command !== "d";
      if (writes && p.check === null) faults.push(`${t.table}: policy ${p.name} has no check`);
    }
    if (t.table in WITHOUT_ORGANISATION) continue;
    if (t.firstKey !== "org_id") faults.push(`${t.table}: org_id is not first in the primary key`);
    if (t.orgNullable !== false) faults.push(`${t.table}: org_id may be null`);
    const tenant = t.policies.find((p) => p.name === "tenant");
    if (tenant?.using !== DIRECT || tenant.check !== DIRECT)
      faults.push(`${t.table}: the tenant policy is not the direct form with its check`);
    // a restrictive policy only takes away
    const others = t.policies.filter(
      (p) => p !== tenant && p.permissive && !p.roles.every((r) => r === "system" || r === "search"),
    );
    if (others.length > 0) faults.push(`${t.table}: another policy widens it: ${others.map((p) => p.name).join(", ")}`);
    for (const fk of t.foreignKeys) {
      const toTenant = fk.target !== "organisations" && !(fk.target in WITHOUT_ORGANISATION);
      if (toTenant && fk.columns[0] !== "org_id") faults.push(`${t.table}: foreign key ${fk.name} does not carry org_id`);
    }
    for (const u of t.uniques) {
      if (u.first !== "org_id" && !SPANNING.has(u.name))
        faults.push(`${t.table}: unique index ${u.name} tells tenants about each other`);
    }
  }
  return faults;
}
