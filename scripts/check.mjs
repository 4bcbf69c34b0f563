// `npm run check`: format, types, pure tests and the house rules; needs no services.
import fs from "node:fs";
import path from "node:path";
import { install } from "./lib/install.mjs";
import { dataDir } from "./lib/paths.mjs";
import { explain } from "./lib/say.mjs";
import { conclude, format, inOrder, types, vitest } from "./lib/suites.mjs";

try {
  await install();
  const results = path.join(dataDir, "check");
  fs.mkdirSync(results, { recursive: true });
  const done = await inOrder([
    ["format", format],
    ["types", types],
    ["pure", () => vitest({ project: "pure", results })],
  ]);
  process.exitCode = conclude(done) ? 0 : 1;
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
