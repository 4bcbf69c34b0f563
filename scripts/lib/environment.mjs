// What each process is given, and nothing beyond it.
import { roleUrls } from "./database.mjs";

// Settings a person may give the launcher, handed on as they are.
const HANDED_ON = [
  "OUTBOX_UNKNOWN_SECONDS",
  "OPERATIONS_TZ",
  "NIGHTLY_SECONDS",
  "META_GRAPH_VERSION",
  "LOG_LEVEL",
  "TRUST_PROXY",
];
const MACHINE = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"];

const pick = (source, names) =>
  Object.fromEntries(names.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]));

/** A program's environment without anything of the launcher's but what any program needs. */
export const bare = () => ({ ...pick(process.env, MACHINE), NODE_ENV: "production" });

/**
 * @param {{ports: {web: number, receiver: number, worker: number, sandbox: number}, ownerUrl: string, redisUrl: string,
 *   secrets: ReturnType<import("./secrets.mjs").loadSecrets>, statePath: string, ledgerPath: string,
 *   outboxUnknownSeconds?: number}} options
 * @returns {{urls: Record<string, string>, web: Record<string, string>, receiver: Record<string, string>,
 *   worker: Record<string, string>, sandbox: Record<string, string>}}
 */
export function environments({ ports, ownerUrl, redisUrl, secrets, statePath, ledgerPath, outboxUnknownSeconds }) {
  const url = (port) => `http://127.0.0.1:${port}`;
  const urls = { web: url(ports.web), receiver: url(ports.receiver), worker: url(ports.worker), sandbox: url(ports.sandbox) };
  const roles = roleUrls(ownerUrl, secrets);
  const base = { ...bare(), ...pick(process.env, HANDED_ON), APP_ENV: "development", REDIS_URL: redisUrl };
  if (outboxUnknownSeconds) base.OUTBOX_UNKNOWN_SECONDS = `${outboxUnknownSeconds}`;
  const metrics = { METRICS_TOKEN: secrets.METRICS_TOKEN };
  const webhook = {
    META_APP_SECRET: secrets.META_APP_SECRET,
    META_APP_SECRET_PREVIOUS: secrets.META_APP_SECRET_PREVIOUS,
    META_WEBHOOK_VERIFY_TOKEN: secrets.META_WEBHOOK_VERIFY_TOKEN,
  };
  const intake = { INTAKE_KEY: secrets.INTAKE_KEY };
  const meta = {
    ...webhook,
    META_GRAPH_URL: urls.sandbox,
    META_SDK_URL: `${urls.sandbox}/en_US/sdk.js`,
    META_SIGNUP_ORIGINS: urls.sandbox,
    NEXT_PUBLIC_META_APP_ID: secrets.META_APP_ID,
    NEXT_PUBLIC_META_CONFIG_ID: secrets.META_CONFIG_ID,
  };
  const keys = { ...intake, TOKEN_ENCRYPTION_KEY: secrets.TOKEN_ENCRYPTION_KEY };
  return {
    urls,
    web: {
      ...base,
      ...metrics,
      ...meta,
      ...keys,
      META_SYSTEM_USER_TOKEN: secrets.META_SYSTEM_USER_TOKEN,
      ...pick(roles, ["DATABASE_URL", "DATABASE_SYSTEM_URL", "DATABASE_INGEST_URL"]),
      PORT: `${ports.web}`,
      HOSTNAME: "127.0.0.1",
      NEXTAUTH_URL: urls.web,
      NEXTAUTH_SECRET: secrets.NEXTAUTH_SECRET,
      WEBHOOK_PUBLIC_URL: urls.receiver,
      UNLEASH_URL: `${urls.sandbox}/unleash/api/`,
      UNLEASH_TOKEN: secrets.UNLEASH_TOKEN,
      NEXT_TELEMETRY_DISABLED: "1",
    },
    receiver: {
      ...base,
      ...metrics,
      ...webhook,
      ...intake,
      ...pick(roles, ["DATABASE_INGEST_URL"]),
      RECEIVER_PORT: `${ports.receiver}`,
      HOSTNAME: "127.0.0.1",
    },
    worker: {
      ...base,
      ...metrics,
      ...meta,
      ...keys,
      ...pick(roles, ["DATABASE_WORKER_URL", "DATABASE_SYSTEM_URL"]),
      WORKER_PORT: `${ports.worker}`,
      WEBHOOK_PUBLIC_URL: urls.receiver,
      HOSTNAME: "127.0.0.1",
    },
    sandbox: { ...bare(), SANDBOX_PORT: `${ports.sandbox}`, SANDBOX_STATE: statePath, SANDBOX_LEDGER: ledgerPath },
  };
}

/** The addresses that say a process is well. */
export const healthUrls = (urls) => ({
  sandbox: `${urls.sandbox}/_control/health`,
  receiver: `${urls.receiver}/health`,
  worker: `${urls.worker}/health`,
  web: `${urls.web}/api/health/ready`,
});
