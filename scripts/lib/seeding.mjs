// First data, and what the sandbox must know about it.
import fs from "node:fs";
import { withClient } from "./database.mjs";
import { readJson, writeJson } from "./files.mjs";
import { must } from "./run.mjs";

async function isThere(ownerUrl, organisations) {
  const ids = organisations.map(({ id }) => id);
  return await withClient(ownerUrl, async (db) => {
    const { rows } = await db.query("select count(*)::int as n from organisations where id = any($1::uuid[])", [ids]);
    return rows[0].n === ids.length;
  }).catch(() => false);
}

/**
 * Seeds a database once; its passwords can be read from the file only.
 * @param {{ownerUrl: string, secrets: Record<string, string>, file: string, scenario: string, sandboxUrl?: string}} options
 * @returns {Promise<{organisations: Array<{id: string, slug: string, name: string, wabaId: string, phoneNumberId: string,
 *   displayPhone: string, accessToken: string, users: Array<{email: string, password: string, role: string}>}>}>}
 */
export async function seedOnce({ ownerUrl, secrets, file, scenario }) {
  const known = readJson(file);
  if (known && (await isThere(ownerUrl, known.organisations))) return known;
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
  };
  const { templates, conversations } = seed; // chats and wordings the seed wants the outside world to know
  writeJson(file, { app, callbackUrl: `${receiverUrl}/api/webhooks/whatsapp`, businesses, templates, conversations }, 0o600);
}
