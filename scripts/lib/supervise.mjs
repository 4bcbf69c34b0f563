// Starts programs, brings a killed one back, and stops all of them.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { readJson, writeJson } from "./files.mjs";
import { commandOf, isAlive } from "./processes.mjs";
import { Hint } from "./say.mjs";

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5000;
const STEADY = 10_000; // a child that lived this long starts again without a growing pause
const GRACE = 1500; // between SIGTERM and SIGKILL for our own programs; all of them survive SIGKILL by design
const STORE_GRACE = 8000; // Postgres and Redis may need to flush

/** Sealing and parsing make much short-lived memory: with more room for it, less time goes into clearing it away. */
const NODE_FLAGS = ["--max-semi-space-size=64"];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * How to start one of our programs. Detached: the terminal's Ctrl-C reaches the launcher alone.
 * @param {{args: string[], env: Record<string, string>, log: string, cwd: string}} options
 */
export const program = (options) => async () => {
  const out = fs.openSync(options.log, "a");
  const child = spawn(process.execPath, [...NODE_FLAGS, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", out, out],
    detached: true,
  });
  fs.closeSync(out);
  return { child };
};

function signal(pid, name) {
  for (const target of [-pid, pid]) {
    try {
      return process.kill(target, name);
    } catch {
      // no such group: try the process itself; no such process: it is gone, as wished
    }
  }
}

/** Ends processes: asks, waits, insists. Those already gone are fine. */
export async function endAll(pids, grace = GRACE, ask = "SIGTERM") {
  for (const pid of pids) signal(pid, ask);
  const until = Date.now() + grace;
  while (Date.now() < until && pids.some(isAlive)) await sleep(25);
  for (const pid of pids.filter(isAlive)) signal(pid, "SIGKILL");
}

const stateFile = (dir) => path.join(dir, "pids.json");
const writeState = (dir, children) =>
  writeJson(stateFile(dir), { launcher: process.pid, command: path.basename(process.argv[1]), children }, 0o600);

/**
 * Takes a data folder for this launcher, after ending what a killed one left behind.
 * @throws {Hint} when another launcher holds it.
 */
export async function claim(dir) {
  const state = readJson(stateFile(dir));
  if (state && state.launcher !== process.pid && commandOf(state.launcher)?.includes(state.command)) {
    throw new Hint(`Already running here (process ${state.launcher}); stop that one first.`);
  }
  writeState(dir, state?.children ?? {});
  const left = Object.values(state?.children ?? {}).filter(({ pid, markers }) => {
    const command = commandOf(pid);
    return command !== null && markers.some((marker) => command.includes(marker));
  });
  await endAll(
    left.map(({ pid }) => pid),
    3000,
  );
  writeState(dir, {});
}

/** One launcher's children, in groups that are stopped one after the other. */
export class Supervisor {
  #children = new Map();
  #starting = new Set();
  #stopping = false;

  /** @param {{dir: string, onChange?: () => void}} options `dir` was claimed; it keeps pids.json. */
  constructor({ dir, onChange = () => {} }) {
    this.dir = dir;
    this.onChange = onChange;
  }

  /**
   * Starts a child and keeps it alive.
   * @param {string} name
   * @param {string[]} markers parts of its command line, by any of which a later start recognises it
   * @param {() => Promise<{child: import("node:child_process").ChildProcess}>} start
   * @param {{store?: boolean}} [options] stores are stopped last
   */
  async add(name, markers, start, { store = false } = {}) {
    const entry = { name, markers, start, store, child: null, pause: FIRST_PAUSE, restarts: 0 };
    this.#children.set(name, entry);
    await this.#launch(entry);
    return entry;
  }

  async #launch(entry) {
    if (this.#stopping) throw new Error(`${entry.name} is not started: everything is being stopped`);
    const work = this.#bringUp(entry);
    this.#starting.add(work);
    await work.finally(() => this.#starting.delete(work));
  }

  async #bringUp(entry) {
    const started = await entry.start();
    entry.child = started.child;
    entry.since = Date.now();
    started.child.once("exit", (code, by) => this.#ended(entry, code, by));
    this.#changed();
  }

  async #ended(entry, code, by) {
    entry.child = null;
    if (this.#stopping || entry.halted) return;
    if (Date.now() - entry.since > STEADY) entry.pause = FIRST_PAUSE;
    console.error(`  ${entry.name} ended (${by ?? code}); starting it again`);
    this.#changed();
    while (!this.#stopping) {
      await sleep(entry.pause);
      entry.pause = Math.min(entry.pause * 2, LONGEST_PAUSE);
      if (this.#stopping) return;
      entry.restarts += 1;
      try {
        await this.#launch(entry);
        return;
      } catch (error) {
        console.error(`  ${entry.name}: ${error.message}`);
      }
    }
  }

  #changed() {
    const children = {};
    for (const { name, child, markers } of this.#children.values()) if (child) children[name] = { pid: child.pid, markers };
    writeState(this.dir, children);
    this.onChange();
  }

  /** The process id of a child, or null when it is not running (or was not started here). */
  pid(name) {
    return this.#children.get(name)?.child?.pid ?? null;
  }

  restarts(name) {
    return this.#children.get(name)?.restarts ?? 0;
  }

  /** Stops one child until `resume`, by SIGKILL if asked to; for trials. */
  async halt(name, ask = "SIGTERM") {
    const entry = this.#children.get(name);
    entry.halted = true;
    if (entry.child) await endAll([entry.child.pid], STORE_GRACE, ask);
    while (entry.child) await sleep(5); // its end must be heard while it counts as halted, or it would be started twice
  }

  async resume(name) {
    const entry = this.#children.get(name);
    entry.halted = false;
    await this.#launch(entry);
  }

  /** Stops everything: programs first, then stores. */
  async bye() {
    this.#stopping = true;
    const enough = new Promise((done) => setTimeout(done, STORE_GRACE).unref());
    await Promise.race([Promise.allSettled([...this.#starting]), enough]); // what is half up is stopped too
    const all = [...this.#children.values()].filter(({ child }) => child);
    await endAll(all.filter(({ store }) => !store).map(({ child }) => child.pid));
    const stores = all.filter(({ store }) => store).map(({ child }) => child.pid);
    await endAll(stores, STORE_GRACE, "SIGINT"); // for Postgres SIGINT is the fast shutdown; Redis treats it like SIGTERM
    fs.rmSync(stateFile(this.dir), { force: true });
  }
}
