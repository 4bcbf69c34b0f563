// Exact dependencies, development ones too.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { readJson, readText, writeAtomic } from "./files.mjs";
import { at } from "./paths.mjs";
import { run } from "./run.mjs";
import { Hint, step } from "./say.mjs";

const stamp = at("node_modules/.parley-lock");

function nodeIsOldEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

// npm keeps what it installed in a hidden lock; a package for another platform may be missing there.
function isInstalled() {
  const wanted = readJson(at("package-lock.json"))?.packages ?? {};
  const present = readJson(at("node_modules/.package-lock.json"))?.packages;
  if (!present) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    const here = present[name];
    return name === "" || (here ? here.version === entry.version : entry.optional === true || entry.peer === true);
  });
}

/** Runs `npm ci` unless node_modules already holds what the lock says. @throws {Hint} when it fails. */
export async function install() {
  if (!nodeIsOldEnough()) throw new Hint(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  const lock = createHash("sha256")
    .update(fs.readFileSync(at("package-lock.json")))
    .digest("hex");
  if (readText(stamp) === lock) return;
  if (isInstalled()) return writeAtomic(stamp, `${lock}\n`);
  step("installing dependencies (npm ci)");
  const env = { ...process.env, NODE_ENV: "development" };
  delete env.npm_config_omit;
  delete env.npm_config_production;
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const { code, output } = await run("npm", args, { env, quiet: true });
  if (code !== 0) throw new Hint(`npm ci failed:\n${output.slice(-3000)}`);
  writeAtomic(stamp, `${lock}\n`);
}
