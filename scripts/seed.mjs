// `npm run seed [-- scenario]`: a named scenario into DATABASE_OWNER_URL, else into the running development database.
import path from "node:path";
import { readJson } from "./lib/files.mjs";
import { install } from "./lib/install.mjs";
import { dataDir } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { explain, Hint } from "./lib/say.mjs";
import { loadSecrets } from "./lib/secrets.mjs";

try {
  await install();
  const dev = path.join(dataDir, "dev");
  const ownerUrl = process.env.DATABASE_OWNER_URL ?? readJson(path.join(dev, "stores.json"))?.ownerUrl;
  if (!ownerUrl) throw new Hint('Set DATABASE_OWNER_URL, or start the development database with "node scripts/dev-db.mjs".');
  const secrets = loadSecrets(dev);
  const defaults = { APP_ENV: "development", TOKEN_ENCRYPTION_KEY: secrets.TOKEN_ENCRYPTION_KEY, INTAKE_KEY: secrets.INTAKE_KEY };
  const scenario = process.argv[2] ?? "demo";
  const own = { DATABASE_OWNER_URL: ownerUrl, SEED_SCENARIO: scenario, SEED_OUT: path.join(dev, `seed-${scenario}.json`) };
  const { code } = await run(process.execPath, ["--import", "tsx", "prisma/seed.ts"], {
    env: { ...defaults, ...process.env, ...own },
  });
  process.exit(code);
} catch (error) {
  explain(error);
  process.exit(1);
}
