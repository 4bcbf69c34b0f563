// `npm run dev`: web (next dev), receiver, worker and sandbox, each restarted when its source changes. Flags: --port N, --reset.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { ENTRIES } from "./lib/bundle.mjs";
import { openDevStores } from "./lib/dev-stores.mjs";
import { environments } from "./lib/environment.mjs";
import { readFlags } from "./lib/flags.mjs";
import { install } from "./lib/install.mjs";
import { at, dataDir, root } from "./lib/paths.mjs";
import { freePort } from "./lib/ports.mjs";
import { explain, say } from "./lib/say.mjs";
import { seedOnce, writeSandboxState } from "./lib/seeding.mjs";
import { endAll } from "./lib/supervise.mjs";

const dir = path.join(dataDir, "dev");
const children = [];
let stores;
let leaving = false;

async function leave(code) {
  if (leaving) return;
  leaving = true;
  await endAll(children.map((child) => child.pid));
  await stores?.stop();
  process.exit(code);
}

function start(name, args, env) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    readline.createInterface({ input: stream }).on("line", (line) => console.log(`${name.padEnd(8)} │ ${line}`));
  }
  child.on("exit", (code) => {
    if (leaving) return;
    console.error(`${name} ended (${code}).`);
    leave(1);
  });
  children.push(child);
}

async function main() {
  const flags = readFlags({ port: "number", reset: "switch" });
  await install();
  stores = await openDevStores({ reset: flags.reset });
  const { secrets, ownerUrl, redisUrl } = stores;
  const taken = new Set();
  const first = flags.port ?? 3000;
  const ports = {
    web: await freePort(first, taken),
    receiver: await freePort(first + 1, taken),
    worker: await freePort(first + 2, taken),
    sandbox: await freePort(first + 1010, taken),
  };
  const seed = await seedOnce({ ownerUrl, secrets, file: path.join(dir, "seed.json"), scenario: "demo", own: false });
  const statePath = path.join(dir, "sandbox-state.json");
  const env = environments({
    ports,
    ownerUrl,
    redisUrl,
    secrets,
    statePath,
    ledgerPath: path.join(dir, "sandbox-ledger.ndjson"),
  });
  writeSandboxState(statePath, { secrets, receiverUrl: env.urls.receiver, seed });
  const development = { NODE_ENV: "development" };
  for (const [name, entry] of Object.entries(ENTRIES)) {
    start(name, [at("node_modules/tsx/dist/cli.mjs"), "watch", "--clear-screen=false", entry], { ...env[name], ...development });
  }
  start("web", [at("node_modules/next/dist/bin/next"), "dev", "-p", `${ports.web}`, "-H", "127.0.0.1"], {
    ...env.web,
    ...development,
  });
  say(`\n  ${env.urls.web}   phone: ${env.urls.sandbox}/phone`);
  for (const { name, users } of seed.organisations) {
    for (const { email, password, role } of users) say(`  ${name}: ${role} ${email} ${password}`);
  }
}

fs.mkdirSync(dir, { recursive: true });
process.on("SIGINT", () => leave(0)).on("SIGTERM", () => leave(0));
main().catch((error) => {
  explain(error);
  return leave(1);
});
