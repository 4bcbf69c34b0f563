/**
 * Two ways to rows by named statements: `inTenantSql` sees one organisation, `inSystem` sees ids and states of all.
 * A step takes `Sql`, which only these two can make.
 */
import type pg from "pg";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { packed } from "@/lib/platform/bytea";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { env } from "@/lib/platform/env";
import { orgKeys } from "@/lib/platform/keys";
import { type DbRole, isUnavailable, poolOf } from "@/lib/platform/pool";

declare const tenant: unique symbol;
declare const system: unique symbol;

interface Statements {
  /**
   * Runs one named (prepared) statement and returns its rows.
   * @typeParam Row the shape the statement selects; the caller states it beside the text
   */
  rows<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The same, for statements that return nothing; answers how many rows were touched. */
  run(name: string, text: string, values?: readonly unknown[]): Promise<number>;
}
/** Statements inside one tenant's transaction, with that tenant's keys. */
export interface Sql extends Statements {
  readonly [tenant]: true;
  readonly keys: OrgKeys;
  readonly ctx: Ctx;
}
/** Statements inside a system transaction: across tenants, without content. */
export interface SystemSql extends Statements {
  readonly [system]: true;
}

const UUID = /^[0-9a-f-]{36}$/;
function beginFor(ctx: Ctx): string {
  const user = userIdOf(ctx);
  if (!UUID.test(ctx.orgId) || (user && !UUID.test(user))) throw new AppError("invalid", "context");
  // one round trip instead of two; the ids are checked above, and a simple query takes no parameters
  return `begin; select set_config('app.org_id', '${ctx.orgId}', true), set_config('app.user_id', '${user ?? ""}', true), set_config('app.actor', '${ctx.actor.kind}', true)`;
}

const statements = (client: pg.PoolClient): Statements => ({
  rows: async <Row extends object>(name: string, text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>({ name, text, values: packed(values) })).rows,
  run: async (name, text, values = []) => (await client.query({ name, text, values: packed(values) })).rowCount ?? 0,
});

async function transact<T>(role: DbRole, begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient | undefined;
  let broken: Error | undefined;
  try {
    client = await poolOf(role).connect();
    await client.query(begin);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // a silent connection would not answer the rollback either: it is dropped
    if (isSilent(error)) broken = error as Error;
    else
      await client?.query("rollback").catch((e: Error) => {
        broken = e;
      });
    if (isUnavailable(error)) throw new AppError("unavailable", "database", { cause: error });
    throw error;
  } finally {
    client?.release(broken);
  }
}

const isSilent = (error: unknown) => error instanceof Error && error.message.includes("Query read timeout");

/** The role a context works under: people as `app`, the product itself as `worker`. */
const roleFor = (ctx: Ctx): DbRole => (ctx.actor.kind === "system" ? "worker" : "app");

/**
 * One short transaction inside the context's organisation, by named statements. Does not nest; no network inside.
 * @throws AppError `unavailable` when Postgres is away or a race was lost
 */
export async function inTenantSql<T>(ctx: Ctx, work: (sql: Sql) => Promise<T>): Promise<T> {
  const keys = await loadKeys(ctx);
  return transact(roleFor(ctx), beginFor(ctx), (client) => work({ ...statements(client), keys, ctx } as Sql));
}

/** The same as another role, so that a measure can compare shapes; never used by the product. */
export async function inTenantSqlAs<T>(role: DbRole, ctx: Ctx, work: (sql: Sql) => Promise<T>): Promise<T> {
  const keys = await loadKeys(ctx);
  return transact(role, beginFor(ctx), (client) => work({ ...statements(client), keys, ctx } as Sql));
}

async function loadKeys(ctx: Ctx): Promise<OrgKeys> {
  try {
    return await orgKeys(ctx.orgId);
  } catch (error) {
    if (isUnavailable(error)) throw new AppError("unavailable", "database", { cause: error });
    throw error;
  }
}

/**
 * One transaction across tenants as the role `system`, which holds ids and states but no content.
 * @param reason why this work needs to see across tenants; named in the connection's activity
 */
export async function inSystem<T>(reason: string, work: (sql: SystemSql) => Promise<T>): Promise<T> {
  const label = reason.replace(/[^\w .-]/g, "");
  return transact("system", `begin; set local application_name = 'parley-system ${label}'`, (client) =>
    work(statements(client) as SystemSql),
  );
}

/**
 * One transaction as the owner of the database, past every tenant's walls: for an operator's command, never inside the product.
 * @throws AppError `unavailable` when Postgres is away
 */
export const asOwner = <T>(work: (sql: Statements) => Promise<T>): Promise<T> =>
  transact("owner", "begin", (client) => work(statements(client)));

/** Literal for `unnest` of ragged arrays: each row's array travels as text. */
export const bigintArrayText = (values: readonly string[]) => `{${values.join(",")}}`;

/** True when the process was given a database for background work. */
export const hasWorkerDatabase = () => Boolean(env().DATABASE_WORKER_URL);
