#!/usr/bin/env node
// Prisma's schema engine (WASM build of the same engine commit) behind the CLI's stdio JSON-RPC.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

const opts = { datamodels: [] },
  rest = [],
  argv = process.argv.slice(2);
for (let i = 0; i < argv.length; i++) {
  if (argv[i] === "--version") opts.version = true;
  else if (argv[i] === "--datamodels") opts.datamodels.push(argv[++i]);
  else if (argv[i] === "--datasource") opts.datasource = JSON.parse(argv[++i]);
  else if (argv[i].startsWith("--")) i++;
  else rest.push(argv[i]);
}
const wasmDir = path.dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
if (opts.version) {
  const { version } = JSON.parse(fs.readFileSync(path.join(wasmDir, "package.json"), "utf8"));
  console.log(`schema-engine-cli ${version.split(".").pop()}`);
  process.exit(0);
}
const u = new URL(opts.datasource?.url ?? "postgresql://127.0.0.1:1/none");
const schema = u.searchParams.get("schema") ?? "public",
  sslmode = u.searchParams.get("sslmode") ?? "";
const conf = {
  // separate fields: a connectionString would win over the shadow database's name
  host: u.hostname,
  port: +(u.port || 5432),
  user: decodeURIComponent(u.username),
  password: decodeURIComponent(u.password),
  database: decodeURIComponent(u.pathname.slice(1)),
  ...(/^(require|verify)/.test(sslmode) ? { ssl: { rejectUnauthorized: sslmode.startsWith("verify") } } : {}),
};
async function withClient(database, fn) {
  const c = new pg.Client({ ...conf, database });
  await c.connect();
  try {
    return await fn(c);
  } finally {
    await c.end();
  }
}
const createDb = () => withClient("postgres", (c) => c.query(`CREATE DATABASE ${c.escapeIdentifier(conf.database)}`));
const dropDb = () =>
  withClient("postgres", (c) => c.query(`DROP DATABASE IF EXISTS ${c.escapeIdentifier(conf.database)} WITH (FORCE)`));

if (rest[0] === "cli") {
  // can-connect-to-database | create-database | drop-database: JSON lines on stderr
  const log = (level, fields) =>
    process.stderr.write(
      `${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" })}\n`,
    );
  log("INFO", { message: "Starting schema engine CLI" });
  try {
    if (rest[1] === "create-database") await createDb();
    else if (rest[1] === "drop-database") {
      await dropDb();
      log("INFO", { message: "The database was successfully dropped." });
    } else await withClient(conf.database, () => {});
    process.exit(0);
  } catch (e) {
    log("ERROR", { message: e.message, error_code: { "3D000": "P1003", "28P01": "P1000" }[e.code] ?? "P1001", is_panic: false });
    process.exit(1);
  }
}
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  message: "",
  set_message(m) {
    this.message = m;
  },
};
const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
const wasm = new WebAssembly.Module(fs.readFileSync(path.join(wasmDir, "schema_engine_bg.wasm")));
const { exports } = new WebAssembly.Instance(wasm, { "./schema_engine_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start();

function patch(conn) {
  // adapter-pg is made for queries; migrations need two things more
  const { performIO, queryRaw } = conn;
  let oids;
  conn.performIO = async function (q) {
    // catalog columns of type "char" (oid 18) are not mapped
    const r = await performIO.call(this, q);
    oids = r.fields?.map((f) => f.dataTypeID);
    for (const f of r.fields ?? []) if (f.dataTypeID === 18) f.dataTypeID = 25;
    return r;
  };
  conn.queryRaw = async function (q) {
    const r = await queryRaw.call(this, q),
      o = oids;
    r.columnTypes = r.columnTypes.map((t, i) => (o?.[i] === 18 ? ColumnTypeEnum.Character : t));
    return r;
  };
  conn.executeScript = async function (sql) {
    // the stock one splits on ";" and breaks $$ bodies
    try {
      await this.client.query(sql);
    } catch (e) {
      this.onError(e);
    }
  };
  return conn;
}
class Factory extends PrismaPg {
  async connect() {
    return patch(await super.connect());
  }
  async connectToShadowDb() {
    // the stock one drops the database while connected to it
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`,
      main = await this.connect();
    await main.executeScript(`CREATE DATABASE "${name}"`);
    const pool = new pg.Pool({ ...conf, database: name, max: 1 }).on("error", () => {});
    return patch(
      new main.constructor(pool, { schema }, async () => {
        await pool.end();
        await main.executeScript(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
        await main.dispose();
      }),
    );
  }
}
const adapter = bindMigrationAwareSqlAdapterFactory(new Factory(conf, { schema }));
const files = opts.datamodels.map((f) => [f, fs.readFileSync(f, "utf8")]);
let engine,
  printId = 0,
  chain = Promise.resolve();
const send = (m) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...m })}\n`);
async function handle({ id, method, params }) {
  try {
    if (method === "createDatabase") {
      await createDb().catch((e) => {
        if (e.code !== "42P04") throw e;
      });
      return send({ id, result: { databaseName: conf.database } });
    }
    engine ??= await glue.SchemaEngine.new({ datamodels: files.length ? files : undefined }, () => {}, adapter);
    let result = await engine[method === "getDatabaseVersion" ? "version" : method](params ?? undefined);
    if (method === "diff") {
      const { stdout, ...other } = result;
      if (stdout) send({ id: ++printId, method: "print", params: { content: stdout } });
      result = other;
    }
    send({ id, result: result ?? null });
  } catch (e) {
    const message = globalThis.PRISMA_WASM_PANIC_REGISTRY.message || e.message || String(e);
    send({
      id,
      error: { code: 4466, message, data: { is_panic: false, message, meta: e.meta ?? null, error_code: e.code ?? null } },
    });
  }
}
readline
  .createInterface({ input: process.stdin })
  .on("line", (l) => {
    const m = l.trim() && JSON.parse(l);
    if (m?.method) chain = chain.then(() => handle(m));
  })
  .on("close", () => chain.then(() => process.exit(0)));
