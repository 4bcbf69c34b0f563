// Debian packages, where we are root on a Debian; otherwise the feature that needs them says why it is off.
import fs from "node:fs";
import path from "node:path";
import { run } from "./run.mjs";

/** The full path of a program on PATH, or null. */
export function which(name) {
  for (const dir of (process.env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(dir, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return null;
}

export const canInstall = () => process.getuid?.() === 0 && which("apt-get") !== null;

// Another apt may be running beside us: wait for its lock instead of failing at once.
const LOCK = ["-o", "DPkg::Lock::Timeout=300"];

/**
 * Installs packages; asks for fresh lists only when the first try fails.
 * @returns {Promise<boolean>} whether they are installed now; false where we may not install.
 */
export async function aptInstall(packages) {
  if (!canInstall()) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", [...LOCK, "install", "-y", "--no-install-recommends", ...packages], { env, quiet: true }];
  if ((await run(...install)).code === 0) return true;
  await run("apt-get", [...LOCK, "update"], { env, quiet: true });
  return (await run(...install)).code === 0;
}
