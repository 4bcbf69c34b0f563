// libfaketime, by which a trial moves the clock of its own Postgres and workers: Debian's.
import fs from "node:fs";
import { aptInstall } from "./apt.mjs";
import { Hint, step } from "./say.mjs";

const subfolders = (dir) => (fs.existsSync(dir) ? fs.readdirSync(dir).map((name) => `${dir}/${name}/faketime`) : []);

function here() {
  const given = process.env.FAKETIME_LIBRARY;
  if (given && fs.existsSync(given)) return { processes: given, threads: given };
  const folders = [...subfolders("/usr/lib"), "/usr/lib/faketime", "/usr/local/lib/faketime"];
  const dir = folders.find((folder) => fs.existsSync(`${folder}/libfaketime.so.1`));
  if (!dir) return null;
  const [processes, threads] = [`${dir}/libfaketime.so.1`, `${dir}/libfaketimeMT.so.1`];
  return { processes, threads: fs.existsSync(threads) ? threads : processes };
}

/**
 * The paths of libfaketime: for programs of one thread, and its build for programs of several.
 * @returns {Promise<{processes: string, threads: string}>}
 * @throws {Hint} when there is none and we may not install it
 */
export async function findFaketime() {
  const found = process.platform === "linux" ? here() : null;
  if (found) return found;
  if (process.platform !== "linux") throw new Hint("The trial of the moved clock needs Linux: libfaketime is preloaded there.");
  step("installing libfaketime (Debian package)");
  await aptInstall(["libfaketime"]);
  const installed = here();
  if (installed) return installed;
  throw new Hint("The trial of the moved clock needs libfaketime: install it, or set FAKETIME_LIBRARY to its libfaketime.so.1.");
}
