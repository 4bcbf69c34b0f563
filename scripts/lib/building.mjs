// Production builds, kept by the hash of what they were made from, so that a test's build never disturbs a running demo.
import fs from "node:fs";
import path from "node:path";
import { bundle, ENTRIES } from "./bundle.mjs";
import { generateClient } from "./database.mjs";
import { hashOf, readText, writeAtomic } from "./files.mjs";
import { at, dataDir } from "./paths.mjs";
import { isAlive } from "./processes.mjs";
import { bin, run } from "./run.mjs";
import { elapsed, Hint } from "./say.mjs";

const builds = path.join(dataDir, "builds");
const KEPT = 4;
const SOURCES = ["app", "components", "lib", "workers", "sandbox", "public", "prisma/schema.prisma", "scripts/lib/bundle.mjs"];
const CONFIGS = ["proxy.ts", "instrumentation.ts", "instrumentation-client.ts", "next.config.mjs", "tailwind.config.ts"];
const TAIL = ["postcss.config.mjs", "package.json", "package-lock.json"];

const isTest = (file) => /\.test\.tsx?$/.test(file) || file === "lib/house" || file === "lib/testing";
const sourceHash = () => hashOf([...SOURCES, ...CONFIGS, ...TAIL], isTest);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Runs `work` alone among all launchers of this repository. */
async function alone(work) {
  const lock = path.join(dataDir, "build.lock");
  fs.mkdirSync(dataDir, { recursive: true });
  for (;;) {
    try {
      fs.writeFileSync(lock, `${process.pid}`, { flag: "wx" });
      break;
    } catch {
      const holder = Number(readText(lock) ?? 0);
      if (holder && !isAlive(holder)) fs.rmSync(lock, { force: true });
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

async function buildWeb() {
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const { code, output } = await run(bin("next"), ["build"], { env, quiet: true });
  if (code !== 0) throw new Hint(`next build failed:\n${output.slice(-6000)}`);
  const standalone = at(".next/standalone");
  fs.cpSync(at(".next/static"), path.join(standalone, ".next/static"), { recursive: true });
  if (fs.existsSync(at("public"))) fs.cpSync(at("public"), path.join(standalone, "public"), { recursive: true });
}

async function buildPrograms() {
  for (const [name, entry] of Object.entries(ENTRIES)) await bundle(entry, at(`dist/${name}.mjs`));
}

function prune(current) {
  const others = fs
    .readdirSync(builds)
    .filter((name) => name !== current)
    .map((name) => ({ name, at: fs.statSync(path.join(builds, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of others.slice(KEPT - 1)) fs.rmSync(path.join(builds, name), { recursive: true, force: true });
}

/** Builds into .next/standalone and dist/, whatever was there before. */
export async function buildAll() {
  await alone(async () => {
    await generateClient();
    await buildWeb();
    await buildPrograms();
  });
}

/**
 * The build of the sources as they are now, made when it is not there yet.
 * @param {(text: string) => void} tell hears about the work when there is some
 * @returns {Promise<{server: string, receiver: string, worker: string, sandbox: string, dir: string}>} files to run with Node
 */
export async function ensureBuild(tell) {
  const hash = sourceHash();
  const dir = path.join(builds, hash);
  await generateClient();
  if (!fs.existsSync(path.join(dir, "done"))) {
    await alone(async () => {
      if (fs.existsSync(path.join(dir, "done"))) return;
      tell("building (next build, bundles)");
      await buildWeb();
      await buildPrograms();
      fs.rmSync(dir, { recursive: true, force: true });
      fs.cpSync(at(".next/standalone"), path.join(dir, "web"), { recursive: true, verbatimSymlinks: true });
      fs.cpSync(at("dist"), path.join(dir, "dist"), { recursive: true });
      writeAtomic(path.join(dir, "done"), `${elapsed()}\n`);
      prune(hash);
    });
  }
  fs.utimesSync(dir, new Date(), new Date());
  const file = (name) => path.join(dir, "dist", `${name}.mjs`);
  return {
    dir,
    server: path.join(dir, "web/server.js"),
    receiver: file("receiver"),
    worker: file("worker"),
    sandbox: file("sandbox"),
  };
}
