// The plain Node programs as single files: no tsx, no node_modules needed to run them.
import { at } from "./paths.mjs";

/** Name of the bundle → source. */
export const ENTRIES = { receiver: "workers/receiver.ts", worker: "workers/index.ts", sandbox: "sandbox/index.ts" };

/** Packages that hold native code (or look for it) and so cannot be inlined. */
const EXTERNAL = ["pg-native", "msgpackr-extract", "@node-rs/argon2", "sharp"];

// Inlined CommonJS packages expect these three.
const BANNER = [
  'import { createRequire as __createRequire } from "node:module";',
  'import { fileURLToPath as __fileURLToPath } from "node:url";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = __fileURLToPath(import.meta.url);",
  'const __dirname = __fileURLToPath(new URL(".", import.meta.url));',
].join("\n");

/** esbuild's options for one program; `alias` may replace modules (trials with a broken one). */
export const bundleOptions = (entry, outfile, { alias } = {}) => ({
  entryPoints: [at(entry)],
  outfile,
  absWorkingDir: at("."),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  external: EXTERNAL,
  banner: { js: BANNER },
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  ...(alias ? { alias } : {}),
});

/** Bundles one program. @returns esbuild's result with its metafile. */
export async function bundle(entry, outfile, options = {}) {
  const { build } = await import("esbuild");
  return await build({ ...bundleOptions(entry, outfile, options), ...(options.write === false ? { write: false } : {}) });
}
