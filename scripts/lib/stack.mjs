// Stores and programs as one running whole; the demo and the browser tests start the same one.
import fs from "node:fs";
import path from "node:path";
import { startPostgres } from "../embedded-pg.mjs";
import { healthUrls } from "./environment.mjs";
import { tail } from "./files.mjs";
import { waitHealthy } from "./health.mjs";
import { freePort } from "./ports.mjs";
import { findRedisServer, startRedis } from "./redis.mjs";
import { Hint } from "./say.mjs";
import { program } from "./supervise.mjs";

/**
 * Postgres and Redis: the given ones, else our own under `dir`, supervised.
 * @param {{supervisor: import("./supervise.mjs").Supervisor, dir: string, logDir: string, secrets: Record<string, string>,
 *   taken: Set<number>, given?: {ownerUrl?: string, redisUrl?: string}, database: string, settings?: Record<string, string>,
 *   firstPorts?: {postgres: number, redis: number}, postgresEnv?: Record<string, string>}} options
 * @returns {Promise<{ownerUrl: string, redisUrl: string}>}
 */
export async function startStores({
  supervisor,
  dir,
  logDir,
  secrets,
  taken,
  given = {},
  database,
  settings,
  firstPorts,
  postgresEnv,
}) {
  fs.mkdirSync(logDir, { recursive: true });
  const first = firstPorts ?? { postgres: 54_320, redis: 63_790 };
  const openPostgres = async () => {
    if (given.ownerUrl) return given.ownerUrl;
    const port = await freePort(first.postgres, taken);
    const options = { dir: path.join(dir, "pg"), port, password: secrets.superuserPassword, settings, env: postgresEnv };
    options.logFile = path.join(logDir, "postgres.log");
    let url;
    await supervisor.add(
      "postgres",
      [path.join(dir, "pg/data")],
      async () => {
        const pg = await startPostgres(options);
        url ??= pg.url(database);
        return pg;
      },
      { store: true },
    );
    return url;
  };
  const openRedis = async () => {
    if (given.redisUrl) return given.redisUrl;
    const server = await findRedisServer();
    const port = await freePort(first.redis, taken);
    const options = { dir: path.join(dir, "redis"), port, logFile: path.join(logDir, "redis.log"), server };
    let url;
    await supervisor.add(
      "redis",
      [`:${port}`],
      async () => {
        const redis = await startRedis(options);
        url ??= redis.url;
        return redis;
      },
      { store: true },
    );
    return url;
  };
  const [ownerUrl, redisUrl] = await Promise.all([openPostgres(), openRedis()]);
  return { ownerUrl, redisUrl };
}

/**
 * Web, receiver, worker and sandbox from a production build; waits until each is healthy.
 * @param {{supervisor: import("./supervise.mjs").Supervisor, build: {server: string, receiver: string, worker: string, sandbox: string},
 *   env: ReturnType<import("./environment.mjs").environments>, logDir: string, sandboxLog: string, cwd: string, suffix?: string}} options
 *   `suffix` tells the children of several stacks under one supervisor apart
 */
export async function startPrograms({ supervisor, build, env, logDir, sandboxLog, cwd, suffix = "" }) {
  for (const folder of [logDir, path.dirname(sandboxLog)]) fs.mkdirSync(folder, { recursive: true });
  const files = { sandbox: build.sandbox, receiver: build.receiver, worker: build.worker, web: build.server };
  const urls = healthUrls(env.urls);
  const start = async (name) => {
    const log = name === "sandbox" ? sandboxLog : path.join(logDir, `${name}.log`);
    // Next's server gives its process a title of its own
    const markers = name === "web" ? [files[name], "next-server"] : [files[name]];
    const child = `${name}${suffix}`;
    await supervisor.add(child, markers, program({ args: [files[name]], env: env[name], log, cwd }));
    await waitHealthy({ name: child, url: urls[name], log, restarts: () => supervisor.restarts(child) });
    return { name: child, log };
  };
  const started = await Promise.all(["sandbox", "receiver", "worker", "web"].map(start));
  // whose port was taken meanwhile has ended by now, and what answered was somebody else
  await sleep(1000);
  for (const { name, log } of started)
    if (supervisor.restarts(name) > 0)
      throw new Hint(`${name} does not stay up, or another program took its port; the end of ${log}:\n${tail(log)}`);
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
