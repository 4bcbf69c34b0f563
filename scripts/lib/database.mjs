// From an empty server to a migrated database with its roles.
import fs from "node:fs";
import { hashOf, readText, writeAtomic } from "./files.mjs";
import { at } from "./paths.mjs";
import { bin, must } from "./run.mjs";
import { Hint } from "./say.mjs";
import { LOGIN_ROLES } from "./secrets.mjs";

/** The same server as another user, or another database. */
export function urlWith(url, { user, password, database } = {}) {
  const changed = new URL(url);
  if (user !== undefined) changed.username = encodeURIComponent(user);
  if (password !== undefined) changed.password = encodeURIComponent(password);
  if (database !== undefined) changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

export const databaseOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1)) || "postgres";

/** Runs `use` with a connected client and closes it. */
export async function withClient(url, use) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // a server that goes away mid-way shows in the query's own error
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Creates the database of a URL when it is missing. */
export async function ensureDatabase(ownerUrl) {
  try {
    return await withClient(ownerUrl, async () => {});
  } catch (error) {
    if (error.code !== "3D000") throw error; // anything but "that database does not exist"
  }
  const name = databaseOf(ownerUrl);
  await withClient(urlWith(ownerUrl, { database: "postgres" }), (db) => db.query(`create database ${db.escapeIdentifier(name)}`));
}

/** Drops and creates the database of a URL; refuses one that holds somebody else's tables. */
export async function recreateDatabase(ownerUrl) {
  await ensureDatabase(ownerUrl);
  const name = databaseOf(ownerUrl);
  await withClient(ownerUrl, async (db) => {
    const { rows } = await db.query(
      "select to_regclass('public._prisma_migrations') is not null as ours, count(*)::int as tables from pg_tables where schemaname = 'public'",
    );
    if (rows[0].tables > 0 && !rows[0].ours)
      throw new Hint(`The database ${name} holds tables that are not Parley's; it is left alone.`);
  });
  await withClient(urlWith(ownerUrl, { database: "postgres" }), async (db) => {
    await db.query(`drop database ${db.escapeIdentifier(name)} with (force)`);
    await db.query(`create database ${db.escapeIdentifier(name)}`);
  });
}

/** Applies prisma/roles.sql inside the database and gives each login role its password. */
export async function applyRoles(ownerUrl, passwords) {
  const sql = fs.readFileSync(at("prisma/roles.sql"), "utf8");
  await withClient(ownerUrl, async (db) => {
    await db.query(sql);
    for (const role of LOGIN_ROLES) {
      if (passwords[role])
        await db.query(`alter role ${db.escapeIdentifier(role)} login password ${db.escapeLiteral(passwords[role])}`);
    }
  });
}

/** Generates the Prisma client unless the schema is the one it was generated from. */
export async function generateClient() {
  const stamp = at("prisma/generated/.schema-hash");
  const hash = hashOf(["prisma/schema.prisma", "prisma/schema", "package-lock.json"]);
  if (readText(stamp) === hash) return;
  await must(bin("prisma"), ["generate"], { env: prismaEnv() });
  writeAtomic(stamp, `${hash}\n`);
}

const prismaEnv = (extra = {}) => ({ ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1", ...extra });

function migrationsInFolder() {
  const folder = at("prisma/migrations");
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).filter((name) => fs.existsSync(`${folder}/${name}/migration.sql`));
}

async function isMigrated(url) {
  return await withClient(url, async (db) => {
    const { rows } = await db.query("select to_regclass('public._prisma_migrations') is not null as here");
    if (!rows[0].here) return false;
    const done = await db.query(
      "select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null",
    );
    const names = new Set(done.rows.map((row) => row.migration_name));
    return migrationsInFolder().every((name) => names.has(name));
  });
}

/** `prisma migrate deploy` as the migrator; skipped when every migration of the folder is in. */
export async function migrate(ownerUrl, passwords) {
  if (await isMigrated(ownerUrl)) return;
  const url = urlWith(ownerUrl, { user: "migrator", password: passwords.migrator });
  await must(bin("prisma"), ["migrate", "deploy"], { env: prismaEnv({ DATABASE_MIGRATOR_URL: url }) });
}

/**
 * Everything between an empty server and a database the processes can use: database, roles, passwords, migrations.
 * @param {string} ownerUrl a superuser's URL naming the database
 * @param {{roles: Record<string, string>}} secrets
 */
export async function prepareDatabase(ownerUrl, secrets) {
  await ensureDatabase(ownerUrl);
  await applyRoles(ownerUrl, secrets.roles);
  await migrate(ownerUrl, secrets.roles);
}

/** The URL of each login role, under the environment names the processes read. */
export function roleUrls(ownerUrl, secrets) {
  const as = (user) => urlWith(ownerUrl, { user, password: secrets.roles[user] });
  return {
    DATABASE_URL: as("app"),
    DATABASE_WORKER_URL: as("worker"),
    DATABASE_SYSTEM_URL: as("system"),
    DATABASE_INGEST_URL: as("ingest"),
    DATABASE_MIGRATOR_URL: as("migrator"),
  };
}
