// `npm test`: every suite on stores of its own, beside whatever else runs. Flag: --only pure|db|e2e|chaos.
import fs from "node:fs";
import path from "node:path";
import { ensureBuild } from "./lib/building.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { generateClient, prepareDatabase, roleUrls, urlWith } from "./lib/database.mjs";
import { environments, healthUrls } from "./lib/environment.mjs";
import { readFlags } from "./lib/flags.mjs";
import { waitHealthy } from "./lib/health.mjs";
import { install } from "./lib/install.mjs";
import { dataDir, root } from "./lib/paths.mjs";
import { freePort } from "./lib/ports.mjs";
import { explain, step } from "./lib/say.mjs";
import { loadSecrets } from "./lib/secrets.mjs";
import { seedOnce, writeSandboxState } from "./lib/seeding.mjs";
import { startPrograms, startStores } from "./lib/stack.mjs";
import { conclude, format, inOrder, playwright, TRIALS, trial, types, vitest } from "./lib/suites.mjs";
import { claim, program, Supervisor } from "./lib/supervise.mjs";

const dir = path.join(dataDir, "test");
const logDir = path.join(dir, "logs");
const results = path.join(dir, "results");
const supervisor = new Supervisor({ dir });
const taken = new Set();
let claimed = false;

// A test cluster lives for one run: it need not survive a power cut.
const HASTY = { fsync: "off", full_page_writes: "off", synchronous_commit: "off" };

async function begin() {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  await claim(dir);
  claimed = true;
  for (const name of fs.readdirSync(dir))
    if (name !== "pids.json") fs.rmSync(path.join(dir, name), { recursive: true, force: true });
  fs.mkdirSync(results, { recursive: true });
}

let opened;
function stores(secrets) {
  const given = {
    supervisor,
    dir,
    logDir,
    secrets,
    taken,
    database: "unit",
    settings: HASTY,
    firstPorts: { postgres: 56_320, redis: 65_090 },
  };
  opened ??= startStores(given);
  return opened;
}

async function choosePorts(first) {
  const ports = {};
  for (const name of ["web", "receiver", "worker", "sandbox"]) ports[name] = await freePort(first, taken);
  return ports;
}

async function db(secrets) {
  const { ownerUrl, redisUrl } = await stores(secrets);
  await generateClient();
  await prepareDatabase(ownerUrl, secrets);
  const ports = await choosePorts(24_000);
  const statePath = path.join(dir, "unit-sandbox-state.json");
  const ledgerPath = path.join(dir, "unit-ledger.ndjson");
  const env = environments({ ports, ownerUrl, redisUrl, secrets, statePath, ledgerPath, outboxUnknownSeconds: 5 });
  writeSandboxState(statePath, { secrets, receiverUrl: env.urls.receiver, seed: { organisations: [] } });
  const log = path.join(dir, "unit-sandbox.log");
  const args = ["--import", "tsx", "sandbox/index.ts"];
  await supervisor.add("unit-sandbox", ["sandbox/index.ts"], program({ args, env: env.sandbox, log, cwd: root }));
  const health = { name: "sandbox", url: healthUrls(env.urls).sandbox, log, restarts: () => supervisor.restarts("unit-sandbox") };
  await waitHealthy(health);
  const { HOSTNAME: _hostname, PORT: _port, NODE_ENV: _production, ...web } = env.web;
  const all = { ...web, ...env.worker, ...roleUrls(ownerUrl, secrets), NODE_ENV: "test" };
  return await vitest({
    project: "db",
    results,
    env: { ...all, DATABASE_OWNER_URL: ownerUrl, SANDBOX_URL: env.urls.sandbox, SANDBOX_LEDGER: ledgerPath },
  });
}

// Stacks that journeys run against side by side. A journey has one for itself: it may count rows, break sends and arrange accounts.
const LANES = 2;

async function e2e(secrets) {
  const chromium = await findChromium();
  await stores(secrets);
  const build = await ensureBuild(step);
  const lanes = [];
  for (let n = 1; n <= LANES; n++) lanes.push(await openLane(secrets, build, n));
  step(`web, receiver, worker and sandbox are up, ${LANES} times`);
  return await playwright({
    results,
    env: {
      E2E_LANES: JSON.stringify(lanes),
      META_APP_SECRET: secrets.META_APP_SECRET,
      META_WEBHOOK_VERIFY_TOKEN: secrets.META_WEBHOOK_VERIFY_TOKEN,
      METRICS_TOKEN: secrets.METRICS_TOKEN,
      CHROMIUM_PATH: chromium,
    },
  });
}

/** Starts one whole stack with a database, a Redis database and logs of its own. @returns what its journeys must know of it */
async function openLane(secrets, build, n) {
  const { ownerUrl: unitUrl, redisUrl: unitRedis } = await stores(secrets);
  const name = `e2e${n}`;
  const own = path.join(dir, name);
  fs.mkdirSync(own, { recursive: true });
  const ownerUrl = urlWith(unitUrl, { database: name });
  const redisUrl = unitRedis.replace(/\/0$/, `/${n}`); // jobs of the db tests must not reach this worker
  await prepareDatabase(ownerUrl, secrets);
  const seedFile = path.join(own, "seed.json");
  const seed = await seedOnce({ ownerUrl, secrets, file: seedFile, scenario: "e2e", own: true });
  const ports = await choosePorts(25_000);
  const statePath = path.join(own, "sandbox-state.json");
  const ledgerPath = path.join(own, "sandbox-ledger.ndjson");
  const env = environments({ ports, ownerUrl, redisUrl, secrets, statePath, ledgerPath, outboxUnknownSeconds: 5 });
  writeSandboxState(statePath, { secrets, receiverUrl: env.urls.receiver, seed });
  const logs = path.join(own, "logs");
  await startPrograms({
    supervisor,
    build,
    env,
    logDir: logs,
    sandboxLog: path.join(own, "sandbox.log"),
    cwd: own,
    suffix: `-${n}`,
  });
  return {
    BASE_URL: env.urls.web,
    SANDBOX_URL: env.urls.sandbox,
    RECEIVER_URL: env.urls.receiver,
    WORKER_URL: env.urls.worker,
    E2E_SEED: seedFile,
    DATABASE_OWNER_URL: ownerUrl,
    REDIS_URL: redisUrl,
    LOG_DIR: logs,
    SANDBOX_LEDGER: ledgerPath,
  };
}

async function main() {
  const { only } = readFlags({ only: ["pure", "db", "e2e", "chaos"] });
  await install();
  await begin();
  const secrets = loadSecrets(dir);
  const suites = {
    pure: [
      ["format", format],
      ["types", types],
      ["pure", () => vitest({ project: "pure", results })],
    ],
    db: [["db", () => db(secrets)]],
    e2e: [["e2e", () => e2e(secrets)]],
    // trials have stores of their own: ours would only take their processor time
    chaos: Object.keys(TRIALS).map((name) => [name, () => supervisor.bye().then(() => trial(name))]),
  };
  return await inOrder(only ? suites[only] : Object.values(suites).flat());
}

let leaving = false;
async function leave() {
  if (leaving) return;
  leaving = true;
  if (claimed) await supervisor.bye();
}
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => leave().then(() => process.exit(130)));

try {
  const done = await main();
  await leave();
  process.exitCode = conclude(done) ? 0 : 1;
} catch (error) {
  explain(error);
  await leave();
  console.log("\n0 passed, 1 failed");
  process.exitCode = 1;
}
