// Keys of a local installation: random, made once, readable by the owner only.
import { randomBytes } from "node:crypto";
import path from "node:path";
import { readJson, writeJson } from "./files.mjs";

const hex = (bytes) => () => randomBytes(bytes).toString("hex");
const word = () => randomBytes(24).toString("base64url");
const number = () => `${randomBytes(6).readUIntBE(0, 6) + 1e15}`.slice(0, 16);

/** The login roles of the database; `prisma/roles.sql` makes them, the launcher gives them passwords. */
export const LOGIN_ROLES = ["migrator", "app", "worker", "ingest", "system"];

const MAKERS = {
  superuserPassword: word,
  NEXTAUTH_SECRET: word,
  TOKEN_ENCRYPTION_KEY: hex(32),
  INTAKE_KEY: hex(32),
  META_APP_ID: number,
  META_CONFIG_ID: number,
  META_APP_SECRET: hex(16),
  META_APP_SECRET_PREVIOUS: hex(16),
  META_WEBHOOK_VERIFY_TOKEN: word,
  META_SYSTEM_USER_TOKEN: () => `EAAsystem${hex(24)()}`,
  METRICS_TOKEN: word,
  UNLEASH_TOKEN: word,
};

/**
 * Reads `secrets.json` of a data folder and adds what is missing.
 * @param {string} dir
 * @returns {Record<keyof typeof MAKERS, string> & {roles: Record<string, string>}}
 */
export function loadSecrets(dir) {
  const file = path.join(dir, "secrets.json");
  const secrets = readJson(file, {});
  secrets.roles ??= {};
  for (const [name, make] of Object.entries(MAKERS)) secrets[name] ??= make();
  for (const role of LOGIN_ROLES) secrets.roles[role] ??= word();
  writeJson(file, secrets, 0o600);
  return secrets;
}
