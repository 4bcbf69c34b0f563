// `npm run setup`: roles and migrations on the database of DATABASE_OWNER_URL, whose user may make roles.
// Login roles take the passwords that DATABASE_URL, DATABASE_WORKER_URL … carry; the others keep theirs.
import { randomBytes } from "node:crypto";
import { applyRoles, ensureDatabase, generateClient, migrate, withClient } from "./lib/database.mjs";
import { install } from "./lib/install.mjs";
import { explain, Hint, step } from "./lib/say.mjs";

const URLS = {
  app: process.env.DATABASE_URL,
  worker: process.env.DATABASE_WORKER_URL,
  system: process.env.DATABASE_SYSTEM_URL,
  ingest: process.env.DATABASE_INGEST_URL,
  migrator: process.env.DATABASE_MIGRATOR_URL,
};

function passwordsGiven() {
  const passwords = {};
  for (const [role, url] of Object.entries(URLS)) {
    if (!url) continue;
    const { username, password } = new URL(url);
    if (decodeURIComponent(username) === role && password) passwords[role] = decodeURIComponent(password);
  }
  return passwords;
}

try {
  const ownerUrl = process.env.DATABASE_OWNER_URL;
  if (!ownerUrl) throw new Hint("Set DATABASE_OWNER_URL to a Postgres 15 or newer, as a user who may make roles.");
  await install();
  await generateClient();
  await ensureDatabase(ownerUrl);
  const passwords = passwordsGiven();
  const passing = passwords.migrator === undefined; // nobody keeps it: good for this run only
  passwords.migrator ??= randomBytes(24).toString("base64url");
  await applyRoles(ownerUrl, passwords);
  step("roles are in place");
  try {
    await migrate(ownerUrl, passwords);
  } finally {
    if (passing) await withClient(ownerUrl, (db) => db.query("alter role migrator password null"));
  }
  step("migrations are in place");
} catch (error) {
  explain(error);
  process.exit(1);
}
