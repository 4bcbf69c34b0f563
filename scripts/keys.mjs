// `npm run keys -- status|rotate|rewrap`: on DATABASE_OWNER_URL with the key lists of the environment, else on the running development database.
import path from "node:path";
import { readJson } from "./lib/files.mjs";
import { install } from "./lib/install.mjs";
import { dataDir } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { explain, Hint } from "./lib/say.mjs";
import { loadSecrets } from "./lib/secrets.mjs";

/** What the development database is opened with; a database of one's own brings its own. */
function development() {
  const dev = path.join(dataDir, "dev");
  const ownerUrl = readJson(path.join(dev, "stores.json"))?.ownerUrl;
  if (!ownerUrl) throw new Hint('Set DATABASE_OWNER_URL, or start the development database with "node scripts/dev-db.mjs".');
  const { TOKEN_ENCRYPTION_KEY, INTAKE_KEY } = loadSecrets(dev);
  return { APP_ENV: "development", DATABASE_OWNER_URL: ownerUrl, TOKEN_ENCRYPTION_KEY, INTAKE_KEY };
}

try {
  await install();
  const given = { ...(process.env.DATABASE_OWNER_URL ? {} : development()), ...process.env };
  const args = ["--import", "tsx", "workers/keys.ts", ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, {
    env: { DATABASE_SYSTEM_URL: given.DATABASE_OWNER_URL, ...given },
  });
  process.exit(code);
} catch (error) {
  explain(error);
  process.exit(1);
}
