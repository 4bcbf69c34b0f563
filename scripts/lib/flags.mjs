// Command-line flags: `--name`, `--name value`, `--name=value`.
import { Hint } from "./say.mjs";

/**
 * @param {Record<string, "switch" | "number" | string[]>} known each flag's kind; an array lists the values it takes
 * @returns {Record<string, string | number | boolean | undefined>}
 * @throws {Hint} naming the flag that is unknown or lacks its value
 */
export function readFlags(known, argv = process.argv.slice(2)) {
  const flags = {};
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = argv[i].replace(/^--/, "").split("=", 2);
    const kind = argv[i].startsWith("--") ? known[name] : undefined;
    if (!kind)
      throw new Hint(
        `Unknown argument ${argv[i]}; known are ${Object.keys(known)
          .map((k) => `--${k}`)
          .join(", ")}.`,
      );
    if (kind === "switch") {
      flags[name] = true;
      continue;
    }
    const value = inline ?? argv[++i];
    if (kind === "number" && !/^\d+$/.test(value ?? "")) throw new Hint(`--${name} needs a number.`);
    if (Array.isArray(kind) && !kind.includes(value)) throw new Hint(`--${name} needs one of ${kind.join(", ")}.`);
    flags[name] = kind === "number" ? Number(value) : value;
  }
  return flags;
}
