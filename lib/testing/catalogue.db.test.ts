import { afterAll, expect, test } from "vitest";
import { closePools, poolOf } from "@/lib/platform/pool";
import { grantsOn, isolationFaults, readCatalogue, WITHOUT_ORGANISATION } from "@/lib/testing/catalogue";

afterAll(closePools);

test("every tenant table is forced, checked and keyed by its organisation", async () => {
  const tables = await readCatalogue();
  expect(tables.length).toBeGreaterThan(20);
  expect(isolationFaults(tables)).toEqual([]);
});

test("the list of tables without an organisation is closed", async () => {
  const tables = await readCatalogue();
  const without = tables.filter((t) => t.firstKey !== "org_id").map((t) => t.table);
  expect(without.sort()).toEqual(Object.keys(WITHOUT_ORGANISATION).sort());
});

/** Grants; policies narrow some of them further. */
const REACH: Record<string, string[]> = {
  organisations: ["app: SELECT", "app: UPDATE(matter_seq,matter_word)", "system: SELECT", "worker: SELECT"],
  users: [
    "app: SELECT(created_at,email,id,locale,name,operator)",
    "app: UPDATE(locale)",
    "system: SELECT",
    "system: UPDATE(password_hash)",
    "worker: SELECT(created_at,email,id,locale,name,operator)",
  ],
  sessions: ["system: INSERT", "system: SELECT", "system: UPDATE"],
  intake_keys: ["system: INSERT", "system: SELECT", "system: UPDATE"],
  intake_endpoints: ["ingest: SELECT", "system: INSERT", "system: SELECT", "system: UPDATE"],
  webhook_deliveries: [
    "ingest: INSERT",
    "ingest: SELECT(body_sha256,endpoint_id,repeats)",
    "ingest: UPDATE(repeats)",
    "system: DELETE",
    "system: SELECT",
    "system: UPDATE",
  ],
  webhook_events: ["system: DELETE", "system: INSERT", "system: SELECT", "system: UPDATE", "worker: SELECT", "worker: UPDATE"],
  orphan_accounts: [
    "app: SELECT(events,first_at,last_at,proposed_org_id,waba_id)",
    "system: DELETE",
    "system: INSERT",
    "system: SELECT",
    "system: UPDATE",
  ],
  departures: ["system: INSERT", "system: SELECT", "system: UPDATE(done_at,numbers,user_id)"],
  platform_trail: ["system: INSERT"],
  job_slots: ["system: INSERT", "system: SELECT", "system: UPDATE(done_at,lease_until)"],
  _prisma_migrations: [],
};

test("tables without an organisation are reached by these roles and no others", async () => {
  const reach: Record<string, string[]> = {};
  for (const table of Object.keys(WITHOUT_ORGANISATION)) reach[table] = await grantsOn(table);
  expect(reach).toEqual(REACH);
  const intake = (await readCatalogue()).find((t) => t.table === "intake_endpoints");
  expect(intake?.policies.flatMap((p) => p.roles).sort()).toEqual(["ingest", "system"]);
});

test("product roles own nothing, bypass nothing and are members of nothing", async () => {
  const { rows } = await poolOf("owner").query(`
    select r.rolname, r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb as power,
      (select count(*)::int from pg_class c where c.relowner = r.oid) as owns, (select count(*)::int from pg_auth_members m where m.member = r.oid) as member
    from pg_roles r where r.rolname in ('app', 'worker', 'ingest', 'system') order by 1`);
  expect(rows).toEqual(["app", "ingest", "system", "worker"].map((rolname) => ({ rolname, power: false, owns: 0, member: 0 })));
});

test("only migrator bypasses row-level security, and owner and search cannot log in", async () => {
  const { rows } = await poolOf("owner").query(
    "select rolname from pg_roles where rolbypassrls and not rolsuper or (rolname in ('owner', 'search') and rolcanlogin) order by 1",
  );
  expect(rows.map((r) => r.rolname)).toEqual(["migrator"]);
});

test("ingest may do what it must and nothing else", async () => {
  const { rows } = await poolOf("owner").query(`
    select c.relname || '.' || a.privilege_type as p from pg_class c, aclexplode(c.relacl) a
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.grantee = 'ingest'::regrole
    union select c.relname || '.' || x.privilege_type || '(' || string_agg(t.attname, ',' order by t.attname) || ')'
      from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) x
      where c.relnamespace = 'public'::regnamespace and x.grantee = 'ingest'::regrole group by c.relname, x.privilege_type
    order by 1`);
  expect(rows.map((r) => r.p)).toEqual([
    "intake_endpoints.SELECT",
    "webhook_deliveries.INSERT",
    "webhook_deliveries.SELECT(body_sha256,endpoint_id,repeats)",
    "webhook_deliveries.UPDATE(repeats)",
  ]);
});

test("system has no grant on content", async () => {
  const { rows } = await poolOf("owner").query(`
    select c.relname || '.' || t.attname as c from pg_class c join pg_attribute t on t.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and t.attname like '%sealed'
      and has_column_privilege('system', c.oid, t.attnum, 'select') order by 1`);
  // raw bodies and events pass through it on their way to an organisation; endpoints' secrets are opened by the intake
  expect(rows.map((r) => r.c)).toEqual([
    "intake_endpoints.secret_previous_sealed",
    "intake_endpoints.secret_sealed",
    "intake_endpoints.verify_token_sealed",
    "webhook_deliveries.body_sealed",
    "webhook_events.payload_sealed",
  ]);
});

test("definer functions pin their search path and are closed to the public", async () => {
  const { rows } = await poolOf("owner").query(`
    select p.proname, array_to_string(p.proconfig, ';') as config, has_function_privilege('ingest', p.oid, 'execute') as open
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`);
  expect(rows.length).toBe(6);
  for (const row of rows) {
    expect(row.config).toContain("search_path=pg_catalog, public, pg_temp");
    expect(row.open).toBe(false);
  }
});
