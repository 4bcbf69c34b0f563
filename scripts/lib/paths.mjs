// Where things are.
import path from "node:path";

/** The repository's root folder. */
export const root = path.resolve(import.meta.dirname, "../..");

/** Everything made while running: clusters, logs, keys, stamps, builds. Ignored by git. */
export const dataDir = path.join(root, ".data");

/** An absolute path inside the repository. */
export const at = (...parts) => path.join(root, ...parts);
