// Postgres and Redis for development under .data/dev: `node scripts/dev-db.mjs [--reset]`.
// Keeps running; when one runs already it is brought up to date (roles, migrations) and its addresses are printed.
import fs from "node:fs";
import { openDevStores } from "./lib/dev-stores.mjs";
import { install } from "./lib/install.mjs";
import { explain, say } from "./lib/say.mjs";

try {
  await install();
  const stores = await openDevStores({ reset: process.argv.includes("--reset") });
  say(fs.readFileSync(stores.envFile, "utf8"));
  say(`# database "parley" as above: . ${stores.envFile}`);
  say(`# database "unit" for *.db.test.ts: . ${stores.unitEnvFile}`);
  if (stores.reused) process.exit(0);
  const end = () => stores.stop().then(() => process.exit(0));
  process.on("SIGINT", end).on("SIGTERM", end);
} catch (error) {
  explain(error);
  process.exit(1);
}
