/** Connection pools, one per database role. Held by platform alone. */
import pg from "pg";
import { env } from "@/lib/platform/env";
import { errorFields, log } from "@/lib/platform/log";

export type DbRole = "app" | "worker" | "system" | "ingest" | "owner";

const VARIABLE = {
  app: "DATABASE_URL",
  worker: "DATABASE_WORKER_URL",
  system: "DATABASE_SYSTEM_URL",
  ingest: "DATABASE_INGEST_URL",
  owner: "DATABASE_OWNER_URL",
} as const;
const SIZE: Record<DbRole, number> = { app: 10, worker: 8, system: 6, ingest: 3, owner: 2 };

// bigint columns hold counters and versions far below 2^53, so plain numbers are safe; search tokens are sent as text and never read back.
const INT8 = 20;
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 ? (v: string) => Number(v) : pg.types.getTypeParser(oid, format as "text"),
} as pg.CustomTypesConfig;

/** What every session of the product is started with. */
export const SESSION = {
  // a plan kept from when a table was small would later read the whole of it: a foreign key's check does just that
  options: "-c enable_seqscan=off",
  statement_timeout: 30_000,
  idle_in_transaction_session_timeout: 30_000,
  lock_timeout: 20_000,
};

const pools = new Map<DbRole, pg.Pool>();

/** The pool of a role; made on first use. Connections give up after 5 s, statements after 30 s, idle transactions after 30 s. */
export function poolOf(role: DbRole): pg.Pool {
  let pool = pools.get(role);
  if (!pool) {
    pool = new pg.Pool({
      connectionString: env()[VARIABLE[role]],
      max: SIZE[role],
      types,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // a connection that went silent must fail its query on our side: its server cannot tell us
      query_timeout: role === "owner" ? undefined : role === "ingest" ? 8000 : 35_000,
      application_name: `parley-${role}`,
      ...(role === "owner" ? {} : SESSION),
    });
    pool.on("error", (error) => log.warn("postgres.connection_lost", { role, ...errorFields(error) }));
    // a client that is checked out has no listener of the pool's: its loss must fail its query, not the process
    pool.on("connect", (client) => client.on("error", () => {}));
    pools.set(role, pool);
  }
  return pool;
}

/** A connection of its own, outside the pool, for LISTEN. */
export const dedicatedClient = (role: DbRole) =>
  new pg.Client({
    connectionString: env()[VARIABLE[role]],
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
    application_name: `parley-${role}-bell`,
  });

/** Closes every pool; for the end of a process or a test file. */
export async function closePools(): Promise<void> {
  const all = [...pools.values()];
  pools.clear();
  await Promise.all(all.map((pool) => pool.end()));
}

const SOCKET = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);
// 08 connection (but not 08P01: a statement too large for the protocol is its own fault), 57P shutdown, 53 resources,
// 40 serialisation and deadlock, 55P03 lock timeout, 25P03 idle transaction, 57014 statement timeout
const STATE = /^(08(?!P01)|57P|53|40|55P03|25P03|25006|57014|P1001|P1017|P2024|P2028)/; // the last are Prisma's own

/** True when this transaction was chosen to end a deadlock. */
export const isDeadlock = (error: unknown) => (error as { code?: unknown } | undefined)?.code === "40P01";

/** True when trying the same thing again later is the right answer: Postgres away, restarting, full, or a lost race. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && (SOCKET.has(code) || STATE.test(code))) return true;
  return /Query read timeout|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
