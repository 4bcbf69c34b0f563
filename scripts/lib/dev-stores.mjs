// The development cluster and Redis, shared by `npm run dev` and scripts/dev-db.mjs.
import fs from "node:fs";
import path from "node:path";
import { startPostgres } from "../embedded-pg.mjs";
import { generateClient, prepareDatabase, roleUrls, withClient } from "./database.mjs";
import { readJson, writeAtomic, writeJson } from "./files.mjs";
import { at, dataDir } from "./paths.mjs";
import { freePort } from "./ports.mjs";
import { isAlive } from "./processes.mjs";
import { startRedis } from "./redis.mjs";
import { Hint } from "./say.mjs";
import { loadSecrets } from "./secrets.mjs";

const dir = path.join(dataDir, "dev");
const stateFile = path.join(dir, "stores.json");

async function running() {
  const state = readJson(stateFile);
  if (!state || !isAlive(state.launcher) || !isAlive(state.postgres)) return null;
  return await withClient(state.ownerUrl, async () => state).catch(() => null);
}

async function start(secrets) {
  const logs = path.join(dir, "logs");
  fs.mkdirSync(logs, { recursive: true });
  const taken = new Set();
  const pg = await startPostgres({
    dir: path.join(dir, "pg"),
    port: await freePort(54_420, taken),
    password: secrets.superuserPassword,
    logFile: path.join(logs, "postgres.log"),
  });
  const redis = process.env.REDIS_URL
    ? null
    : await startRedis({
        dir: path.join(dir, "redis"),
        port: await freePort(63_820, taken),
        logFile: path.join(logs, "redis.log"),
      });
  const state = {
    launcher: process.pid,
    postgres: pg.pid,
    ownerUrl: pg.url("parley"),
    redisUrl: process.env.REDIS_URL ?? redis.url,
  };
  await withClient(pg.url("postgres"), async () => {});
  writeJson(stateFile, state, 0o600);
  return {
    state,
    stop: async () => {
      fs.rmSync(stateFile, { force: true });
      await Promise.all([pg.stop(), redis?.stop()]);
    },
  };
}

const shell = (env) =>
  `${Object.entries(env)
    .map(([name, value]) => `export ${name}='${value}'`)
    .join("\n")}\n`;

/**
 * Starts the development stores, or finds those that run, and brings databases `parley` and `unit` up to date.
 * @param {{reset?: boolean}} [options] `reset` starts with empty folders, when none runs.
 */
export async function openDevStores({ reset = false } = {}) {
  const found = await running();
  if (reset && found) throw new Hint(`The development stores run (process ${found.launcher}): stop them before a reset.`);
  if (reset) fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  const secrets = loadSecrets(dir);
  const started = found ? null : await start(secrets);
  const state = found ?? started.state;
  const files = {};
  try {
    if (fs.existsSync(at("prisma/schema.prisma"))) await generateClient();
    for (const name of ["parley", "unit"]) {
      const ownerUrl = state.ownerUrl.replace(/\/parley$/, `/${name}`);
      await prepareDatabase(ownerUrl, secrets);
      files[name] = path.join(dir, name === "parley" ? "env.sh" : "unit.env.sh");
      const { roles: _roles, superuserPassword: _password, ...keys } = secrets;
      const env = {
        APP_ENV: "development",
        DATABASE_OWNER_URL: ownerUrl,
        ...roleUrls(ownerUrl, secrets),
        REDIS_URL: state.redisUrl,
        ...keys,
      };
      writeAtomic(files[name], shell(env), 0o600);
    }
  } catch (error) {
    if (!started) throw error;
    console.error(`${error.message}\nThe stores run; mend this and run the command again.`);
    writeAtomic(path.join(dir, "env.sh"), shell({ DATABASE_OWNER_URL: state.ownerUrl, REDIS_URL: state.redisUrl }), 0o600);
  }
  return {
    ...state,
    secrets,
    reused: !started,
    envFile: path.join(dir, "env.sh"),
    unitEnvFile: path.join(dir, "unit.env.sh"),
    stop: started?.stop ?? (async () => {}),
  };
}
