// A Redis (or Valkey) server of our own on the loopback address.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { aptInstall, which } from "./apt.mjs";
import { Hint } from "./say.mjs";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const onPath = () => which("redis-server") ?? which("valkey-server");

/** The server program: from PATH, else Debian's package when root. @throws {Hint} when there is none to be had. */
export async function findRedisServer() {
  const found = onPath();
  if (found) return found;
  await aptInstall(["redis-server"]);
  const installed = onPath();
  if (installed) return installed;
  throw new Hint(
    "Redis is missing: install redis-server or valkey-server so that it is on PATH, or set REDIS_URL to one that runs.",
  );
}

const pong = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (data) => {
      done(data.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.on("error", () => done(false));
    socket.on("close", () => done(false));
  });

/**
 * Starts a server on a folder and waits until it answers PING (not while it still loads its file).
 * @param {{dir: string, port: number, logFile: string, server?: string}} options
 * @returns {Promise<{child: import("node:child_process").ChildProcess, pid: number, url: string, stop: () => Promise<void>}>}
 */
export async function startRedis({ dir, port, logFile, server }) {
  const program = server ?? (await findRedisServer());
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const out = fs.openSync(logFile, "a");
  const args = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", dir, "--daemonize", "no", "--logfile", ""];
  args.push("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction");
  const child = spawn(program, args, { stdio: ["ignore", out, out], detached: true, cwd: dir });
  fs.closeSync(out);
  let dead = false;
  child.on("exit", () => {
    dead = true;
  });
  child.on("error", () => {
    dead = true;
  });
  for (let i = 0; !(await pong(port)); i++) {
    if (dead || i > 600) throw new Error(`Redis did not start; see ${logFile}`);
    await sleep(25);
  }
  const stop = () =>
    new Promise((done) => {
      if (dead) return done();
      child.on("exit", () => done());
      child.kill("SIGTERM");
    });
  return { child, pid: child.pid, url: `redis://127.0.0.1:${port}/0`, stop };
}
