/** The ground a trial or a measure stands on: stores and programs of its own, in a folder of its own, on free ports. */
import fs from "node:fs";
import path from "node:path";
import { poolOf } from "@/lib/platform/pool";
import { bundle } from "../../scripts/lib/bundle.mjs";
import { generateClient, prepareDatabase, recreateDatabase, roleUrls } from "../../scripts/lib/database.mjs";
import { environments, healthUrls } from "../../scripts/lib/environment.mjs";
import { statusOf } from "../../scripts/lib/health.mjs";
import { dataDir, root } from "../../scripts/lib/paths.mjs";
import { freePort } from "../../scripts/lib/ports.mjs";
import { loadSecrets } from "../../scripts/lib/secrets.mjs";
import { startStores } from "../../scripts/lib/stack.mjs";
import { claim, program, Supervisor } from "../../scripts/lib/supervise.mjs";

export type ProgramName = "receiver" | "worker" | "sandbox";
export type Environment = ReturnType<typeof environments>;

const ENTRIES: Record<ProgramName, string> = {
  receiver: "workers/receiver.ts",
  worker: "workers/index.ts",
  sandbox: "sandbox/index.ts",
};
const FIRST_PORTS = {
  chaos: { postgres: 58_320, redis: 61_090, programs: 26_000 },
  bench: { postgres: 59_320, redis: 62_090, programs: 27_000 },
};

/** A program started beside itself, under a name and on a port of its own, or with more in its environment. */
export interface Another {
  as?: string;
  env?: Record<string, string>;
}
export interface Ground {
  dir: string;
  logDir: string;
  secrets: ReturnType<typeof loadSecrets>;
  supervisor: Supervisor;
  ownerUrl: string;
  redisUrl: string;
  env: Environment;
  statePath: string;
  ledgerPath: string;
  /** Bundles a program, perhaps with one module replaced, starts it and keeps it alive. */
  start(name: ProgramName, alias?: Record<string, string>, more?: Another): Promise<void>;
  /** True when the program or store answers. */
  isUp(name: string): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Opens a trial's ground: a claimed folder, a migrated database, Redis, and this process's own environment.
 * @param keep names inside the folder that survive from the run before; everything else starts empty
 * @param settings parameters of the Postgres server
 * @param postgresEnv environment of the Postgres server beside its own; read at each of its starts
 * @param empty makes the database anew when the cluster was kept
 */
export async function openGround(
  kind: keyof typeof FIRST_PORTS,
  {
    keep = [],
    settings = {},
    database = "parley",
    empty = false,
    postgresEnv = {},
  }: {
    keep?: string[];
    settings?: Record<string, string>;
    database?: string;
    empty?: boolean;
    postgresEnv?: Record<string, string>;
  } = {},
): Promise<Ground> {
  const dir = path.join(dataDir, kind);
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  await claim(dir);
  const stays = new Set(["pids.json", ...keep]);
  for (const name of fs.readdirSync(dir)) if (!stays.has(name)) fs.rmSync(path.join(dir, name), { recursive: true, force: true });
  const logDir = path.join(dir, "logs");
  fs.mkdirSync(logDir, { recursive: true });
  const secrets = loadSecrets(dir);
  const supervisor = new Supervisor({ dir });
  const taken = new Set<number>();
  const first = FIRST_PORTS[kind];
  const { ownerUrl, redisUrl } = await startStores({
    supervisor,
    dir,
    logDir,
    secrets: secrets as unknown as Record<string, string>, // of which only the superuser's password is read
    taken,
    database,
    settings,
    postgresEnv,
    firstPorts: { postgres: first.postgres, redis: first.redis },
  });
  await generateClient();
  if (empty) await recreateDatabase(ownerUrl);
  await prepareDatabase(ownerUrl, secrets);
  const ports = { web: 0, receiver: 0, worker: 0, sandbox: 0 };
  for (const name of ["web", "receiver", "worker", "sandbox"] as const) ports[name] = await freePort(first.programs, taken);
  const statePath = path.join(dir, "sandbox-state.json");
  const ledgerPath = path.join(dir, "ledger.ndjson");
  const env = environments({ ports, ownerUrl, redisUrl, secrets, statePath, ledgerPath, outboxUnknownSeconds: 5 });
  adopt(env, ownerUrl, secrets);
  const urls: Record<string, string> = healthUrls(env.urls);
  const ownPort = async (name: ProgramName, as: string) => {
    const port = await freePort(first.programs, taken);
    urls[as] = urls[name]?.replace(/:\d+\//, `:${port}/`) ?? "";
    return { [`${name.toUpperCase()}_PORT`]: String(port) };
  };
  return {
    dir,
    logDir,
    secrets,
    supervisor,
    ownerUrl,
    redisUrl,
    env,
    statePath,
    ledgerPath,
    start: async (name, alias, { as = name, env: extra = {} } = {}) => {
      const file = path.join(dir, "build", `${name}.mjs`);
      if (as === name || !fs.existsSync(file)) await bundle(ENTRIES[name], file, alias ? { alias } : {});
      const log = path.join(name === "sandbox" ? dir : logDir, `${as}.log`);
      const own = as === name ? {} : await ownPort(name, as);
      await supervisor.add(as, [file], program({ args: [file], env: { ...env[name], ...own, ...extra }, log, cwd: root }));
      await until(`${as} answers`, async () => (await statusOf(urls[as])) === 200, 60_000);
    },
    isUp: async (name) => {
      if (supervisor.pid(name) === null) return false;
      const url = urls[name];
      return url === undefined || (await statusOf(url, 1000)) === 200;
    },
    stop: () => supervisor.bye(),
  };
}

/** The product's own modules run inside this process too; they read their environment once, later than this. */
function adopt(env: Environment, ownerUrl: string, secrets: ReturnType<typeof loadSecrets>): void {
  const { PORT: _port, HOSTNAME: _host, NODE_ENV: _node, ...web } = env.web as Record<string, string>;
  const worker = env.worker as Record<string, string>;
  const roles = roleUrls(ownerUrl, secrets);
  Object.assign(process.env, web, { ...worker, NODE_ENV: "test" }, roles, { DATABASE_OWNER_URL: ownerUrl });
}

/** A connection whose server was killed tells the query that waits; one that waits for nothing must not end this process. */
export function hardenPools(): void {
  for (const role of ["app", "worker", "system", "owner"] as const)
    poolOf(role).on("connect", (client) => client.on("error", () => {}));
}

export const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Polls until `test` holds. @returns false when the time is over and `orThrow` is false @throws Error naming what did not come */
export async function until(what: string, test: () => Promise<boolean>, ms: number, orThrow = true): Promise<boolean> {
  const end = Date.now() + ms;
  for (;;) {
    if (await test().catch(() => false)) return true;
    if (Date.now() > end) break;
    await sleep(100);
  }
  if (orThrow) throw new Error(`${what}: not within ${ms / 1000} s`);
  return false;
}
