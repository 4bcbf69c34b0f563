// Small file steps: atomic writes and content hashes.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

/** Writes whole or not at all: a temporary name beside it, then a rename. */
export function writeAtomic(file, text, mode = 0o644) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text, { mode });
  fs.chmodSync(temporary, mode);
  fs.renameSync(temporary, file);
}

export const writeJson = (file, value, mode) => writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`, mode);

/** The parsed file, or `otherwise` when it is missing or broken. */
export function readJson(file, otherwise = null) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return otherwise;
  }
}

export const readText = (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : null);

function* walk(entry, leaveOut) {
  const full = path.join(root, entry);
  if (!fs.existsSync(full)) return;
  if (!fs.statSync(full).isDirectory()) return yield entry;
  for (const name of fs.readdirSync(full).sort()) {
    const inner = `${entry}/${name}`;
    if (!leaveOut(inner)) yield* walk(inner, leaveOut);
  }
}

/** The files below some entries of the repository, in a fixed order. */
export const listFiles = (entries, leaveOut = () => false) => entries.flatMap((entry) => [...walk(entry, leaveOut)]);

/** A hash of the names and contents of files and folders of the repository. */
export function hashOf(entries, leaveOut) {
  const hash = createHash("sha256");
  for (const file of listFiles(entries, leaveOut)) {
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(path.join(root, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 24);
}

/** The last lines of a log, for an error message. */
export function tail(file, lines = 15) {
  const text = readText(file);
  return text ? text.split("\n").slice(-lines).join("\n") : "(the log is empty)";
}
