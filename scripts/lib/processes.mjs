// Looking at other processes without needing `ps`, which slim images lack.
import { spawnSync } from "node:child_process";
import fs from "node:fs";

/** The command line of a running process, or null when there is none (a zombie counts as none). */
export function commandOf(pid) {
  if (fs.existsSync("/proc/self/stat")) {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() || null;
    } catch {
      return null;
    }
  }
  const r = spawnSync("ps", ["-p", `${pid}`, "-o", "args="], { encoding: "utf8" });
  return r.status === 0 ? r.stdout.trim() || null : null;
}

/** True while the process exists and is not a zombie. */
export const isAlive = (pid) => commandOf(pid) !== null;
