// First data, and what the sandbox must know about it.
import fs from "node:fs";
import { databaseOf, prepareDatabase, recreateDatabase, withClient } from "./database.mjs";
import { readJson, writeJson } from "./files.mjs";
import { must } from "./run.mjs";
import { Hint } from "./say.mjs";

async function organisationsIn(ownerUrl) {
  return await withClient(ownerUrl, async (db) => {
    const { rows } = await db.query("select id from organisations");
    return new Set(rows.map(({ id }) => id));
  });
}

/**
 * Seeds a database once; the passwords can be read from the file only.
 * @param {{ownerUrl: string, secrets: ReturnType<import("./secrets.mjs").loadSecrets>, file: string, scenario: string, own: boolean}} options
 *   `own`: the database is ours to make anew when an earlier seeding did not come to its end
 * @returns {Promise<{organisations: Array<{id: string, slug: string, name: string, wabaId: string, phoneNumberId: string,
 *   displayPhone: string, accessToken: string, users: Array<{email: string, password: string, role: string}>}>}>}
 * @throws {Hint} when the database is not ours and holds organisations this folder knows nothing of
 */
export async function seedOnce({ ownerUrl, secrets, file, scenario, own }) {
  const known = readJson(file);
  const there = await organisationsIn(ownerUrl);
  if (known?.organisations.every(({ id }) => there.has(id))) return known;
  if (there.size > 0) {
    const which = `The database ${databaseOf(ownerUrl)} holds organisations whose passwords are not in ${file}`;
    if (!own) throw new Hint(`${which}: start with --reset, or name another database.`);
    await recreateDatabase(ownerUrl);
    await prepareDatabase(ownerUrl, secrets);
  }
  fs.rmSync(file, { force: true });
  const env = { ...process.env, APP_ENV: "development", DATABASE_OWNER_URL: ownerUrl, SEED_OUT: file, SEED_SCENARIO: scenario };
  env.TOKEN_ENCRYPTION_KEY = secrets.TOKEN_ENCRYPTION_KEY;
  env.INTAKE_KEY = secrets.INTAKE_KEY;
  await must(process.execPath, ["--import", "tsx", "prisma/seed.ts"], { env });
  const seeded = readJson(file);
  if (!seeded) throw new Error(`prisma/seed.ts did not write ${file}.`);
  fs.chmodSync(file, 0o600);
  return seeded;
}

/** Writes what the sandbox reads at its start: the app, where webhooks go, and the businesses of the seed. */
export function writeSandboxState(file, { secrets, receiverUrl, seed }) {
  const businesses = seed.organisations.map(({ wabaId, phoneNumberId, displayPhone, name, accessToken }) => ({
    wabaId,
    phoneNumberId,
    displayPhone,
    name,
    accessToken,
  }));
  const app = {
    id: secrets.META_APP_ID,
    secret: secrets.META_APP_SECRET,
    previousSecret: secrets.META_APP_SECRET_PREVIOUS,
    verifyToken: secrets.META_WEBHOOK_VERIFY_TOKEN,
    systemUserToken: secrets.META_SYSTEM_USER_TOKEN,
  };
  const { templates, conversations } = seed; // chats and wordings the seed wants the outside world to know
  writeJson(file, { app, callbackUrl: `${receiverUrl}/api/webhooks/whatsapp`, businesses, templates, conversations }, 0o600);
}
