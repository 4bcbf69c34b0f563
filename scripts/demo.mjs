// `npm run demo`: from an empty machine to a running Parley. Flags: --port N, --reset.
import fs from "node:fs";
import path from "node:path";
import { ensureBuild } from "./lib/building.mjs";
import { ensureDatabase, prepareDatabase, recreateDatabase, roleUrls } from "./lib/database.mjs";
import { environments } from "./lib/environment.mjs";
import { writeJson } from "./lib/files.mjs";
import { readFlags } from "./lib/flags.mjs";
import { install } from "./lib/install.mjs";
import { dataDir } from "./lib/paths.mjs";
import { freePort } from "./lib/ports.mjs";
import { elapsed, explain, Hint, say, step } from "./lib/say.mjs";
import { loadSecrets } from "./lib/secrets.mjs";
import { seedOnce, writeSandboxState } from "./lib/seeding.mjs";
import { startPrograms, startStores } from "./lib/stack.mjs";
import { claim, Supervisor } from "./lib/supervise.mjs";

const inData = (...parts) => path.join(dataDir, ...parts);
const demoFile = inData("demo.json");
const logDir = inData("logs");
const given = { ownerUrl: process.env.DATABASE_OWNER_URL, redisUrl: process.env.REDIS_URL };

function forget() {
  const kept = new Set(["builds", "build.lock", "pids.json", "dev", "test", "chaos", "bench"]);
  for (const name of fs.existsSync(dataDir) ? fs.readdirSync(dataDir) : []) {
    if (!kept.has(name)) fs.rmSync(inData(name), { recursive: true, force: true });
  }
}

async function choosePorts(first, taken) {
  const ports = {};
  for (const [name, offset] of Object.entries({ web: 0, receiver: 1, worker: 2, sandbox: 1010 })) {
    ports[name] = await freePort(first + offset, taken);
  }
  return ports;
}

function describe({ env, ownerUrl, redisUrl, secrets, seed, supervisor }) {
  const pid = (name) => supervisor.pid(name);
  return {
    webUrl: env.urls.web,
    receiverUrl: env.urls.receiver,
    workerUrl: env.urls.worker,
    sandboxUrl: env.urls.sandbox,
    databaseUrl: roleUrls(ownerUrl, secrets).DATABASE_URL,
    adminDatabaseUrl: ownerUrl,
    redisUrl,
    logDir,
    meta: { appId: secrets.META_APP_ID, appSecret: secrets.META_APP_SECRET, verifyToken: secrets.META_WEBHOOK_VERIFY_TOKEN },
    organisations: seed.organisations.map(({ id, slug, name, wabaId, phoneNumberId, displayPhone, users }) => {
      return { id, slug, name, wabaId, phoneNumberId, displayPhone, users };
    }),
    pids: {
      web: pid("web"),
      receiver: pid("receiver"),
      worker: pid("worker"),
      sandbox: pid("sandbox"),
      postgres: pid("postgres"),
      redis: pid("redis"),
    },
  };
}

function show({ urls }, seed) {
  const lines = ["", `  Parley is ready (${elapsed()}).`, ""];
  lines.push(
    `  Inbox             ${urls.web}`,
    `  A client's phone  ${urls.sandbox}/phone`,
    `  Webhooks          ${urls.receiver}/api/webhooks/whatsapp`,
  );
  for (const { name, displayPhone, users } of seed.organisations) {
    lines.push("", `  ${name}, ${displayPhone}`);
    for (const { email, password, role } of users) lines.push(`    ${role.padEnd(8)} ${email.padEnd(36)} ${password}`);
  }
  lines.push(
    "",
    `  Everything above is also in ${path.relative(process.cwd(), demoFile)}; logs are in ${path.relative(process.cwd(), logDir)}.`,
  );
  lines.push("  Ctrl-C stops it.", "");
  say(lines.join("\n"));
}

async function main(supervisor, whenHealthy) {
  const flags = readFlags({ port: "number", reset: "switch" });
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  await claim(dataDir);
  claimed = true;
  fs.rmSync(demoFile, { force: true });
  if (flags.reset) forget();
  say("Starting Parley.");
  await install();
  const secrets = loadSecrets(dataDir);
  const taken = new Set();
  const stores = { supervisor, dir: dataDir, logDir, secrets, taken, given, database: "parley" };
  const { ownerUrl, redisUrl } = await startStores(stores);
  await (flags.reset && given.ownerUrl ? recreateDatabase(ownerUrl) : ensureDatabase(ownerUrl));
  step("Postgres and Redis are up");
  const build = await ensureBuild(step);
  await prepareDatabase(ownerUrl, secrets);
  const seed = await seedOnce({
    ownerUrl,
    secrets,
    file: inData("seed.json"),
    scenario: "demo",
    own: given.ownerUrl === undefined,
  });
  step("the database is migrated and seeded");

  // chosen now: building took minutes, in which another program may have come
  const ports = await choosePorts(flags.port ?? 3000, taken);
  const statePath = inData("sandbox-state.json");
  const env = environments({ ports, ownerUrl, redisUrl, secrets, statePath, ledgerPath: inData("sandbox-ledger.ndjson") });
  writeSandboxState(statePath, { secrets, receiverUrl: env.urls.receiver, seed });
  await startPrograms({ supervisor, build, env, logDir, sandboxLog: inData("sandbox.log"), cwd: dataDir });
  whenHealthy(() => writeJson(demoFile, describe({ env, ownerUrl, redisUrl, secrets, seed, supervisor }), 0o600));
  await fetch(`${env.urls.web}/sign-in`).catch(() => {}); // the first page a person opens is warm
  show(env, seed);
}

let refresh = () => {};
const supervisor = new Supervisor({ dir: dataDir, onChange: () => refresh() });
let claimed = false;
let leaving = false;
async function leave(code) {
  if (leaving) return;
  leaving = true;
  refresh = () => {};
  if (claimed) {
    fs.rmSync(demoFile, { force: true });
    await supervisor.bye();
  }
  process.exit(code);
}
process
  .on("SIGINT", () => leave(0))
  .on("SIGTERM", () => leave(0))
  .on("SIGHUP", () => leave(0));

for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error) => {
    explain(error);
    leave(1);
  });
}

main(supervisor, (write) => {
  refresh = write;
  write();
}).catch((error) => {
  if (leaving) return;
  const forgotten = error.code === "28P01" && !given.ownerUrl;
  explain(forgotten ? new Hint("The database has another password than .data/secrets.json says: start with --reset.") : error);
  return leave(1);
});
