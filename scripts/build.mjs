// `npm run build`: the web program in .next/standalone, the plain Node programs in dist/.
import { buildAll } from "./lib/building.mjs";
import { install } from "./lib/install.mjs";
import { explain, step } from "./lib/say.mjs";

try {
  await install();
  step("building");
  await buildAll();
  step("done: .next/standalone/server.js, dist/receiver.mjs, dist/worker.mjs");
} catch (error) {
  explain(error);
  process.exit(1);
}
