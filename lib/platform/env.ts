/** The environment, parsed once per process. The only file of the product that reads `process.env`. */
import { z } from "zod";

const PLACEHOLDER = /change.?me|example|placeholder|secret123|^(.)\1+$|^(?:0123456789abcdef)+$|your[-_]/i;
const port = z.coerce.number().int().min(0).max(65535);
const url = (...protocols: string[]) =>
  z.string().refine((v) => URL.canParse(v) && protocols.includes(new URL(v).protocol), `must be a ${protocols.join(" or ")} URL`);
/** What a database URL may not say: it would win over what every session of the product is started with. */
const OURS = /^(?:options|replication|(?!connect_|pool_|connection_)\w*timeout\w*)$/i;
const postgres = url("postgres:", "postgresql:").refine(
  (v) => !URL.canParse(v) || ![...new URL(v).searchParams.keys()].some((name) => OURS.test(name)),
  "must not set options or timeouts of the session",
);
const secret = (min: number) =>
  z
    .string()
    .min(min, `must have at least ${min} characters`)
    .refine((v) => !PLACEHOLDER.test(v), "is a placeholder");
/** `hex64` or `kid:hex64,kid:hex64`, newest first. */
const keys = z
  .string()
  .refine(
    (v) => v.split(",").every((k) => /^(?:[\w-]{1,20}:)?[0-9a-f]{64}$/i.test(k.trim())),
    "must be 64 hex digits, or kid:hex,kid:hex",
  )
  .refine((v) => v.split(",").every((k) => new Set(k.trim().split(":").pop()?.toLowerCase()).size > 4), "is a placeholder");

const SCHEMA = z.object({
  APP_ENV: z.enum(["development", "staging", "production"]).default("production"),
  HOSTNAME: z.string().default("127.0.0.1"),
  PORT: port.default(3000),
  RECEIVER_PORT: port.default(3001),
  WORKER_PORT: port.default(3002),
  DATABASE_URL: postgres,
  DATABASE_WORKER_URL: postgres,
  DATABASE_SYSTEM_URL: postgres,
  DATABASE_INGEST_URL: postgres,
  DATABASE_OWNER_URL: postgres,
  REDIS_URL: url("redis:", "rediss:"),
  NEXTAUTH_URL: url("http:", "https:"),
  NEXTAUTH_SECRET: secret(32),
  /** How many proxies of ours stand before the web process and add to `X-Forwarded-For`; 0 believes nobody. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(5).default(0),
  TOKEN_ENCRYPTION_KEY: keys,
  INTAKE_KEY: keys,
  META_APP_SECRET: secret(16),
  META_APP_SECRET_PREVIOUS: secret(16).optional(),
  META_WEBHOOK_VERIFY_TOKEN: secret(8),
  META_GRAPH_URL: url("http:", "https:").default("https://graph.facebook.com"),
  META_GRAPH_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/)
    .default("v26.0"),
  NEXT_PUBLIC_META_APP_ID: z
    .string()
    .regex(/^\d{1,32}$/, "must be digits")
    .optional(),
  NEXT_PUBLIC_META_CONFIG_ID: z
    .string()
    .regex(/^\d{1,32}$/, "must be digits")
    .optional(),
  /** Our own system user at Meta: fetches the token of a business that granted our app, where that business was proven before. */
  META_SYSTEM_USER_TOKEN: secret(20).optional(),
  META_SDK_URL: url("http:", "https:").default("https://connect.facebook.net/en_US/sdk.js"),
  /** Origins whose window messages count during a signup, comma-separated, each compared whole. */
  META_SIGNUP_ORIGINS: z
    .string()
    .default("https://www.facebook.com,https://web.facebook.com,https://business.facebook.com")
    .transform((v) => v.split(",").map((o) => o.trim()))
    .refine((all) => all.every((o) => URL.canParse(o) && new URL(o).origin === o), "must be origins, comma-separated"),
  WEBHOOK_PUBLIC_URL: url("http:", "https:"),
  /** An Unleash server that says who is rolled out, up to and with its `/api/`; without it the product's own file does. */
  UNLEASH_URL: url("http:", "https:").optional(),
  UNLEASH_TOKEN: secret(8).optional(),
  /** Zone of the days at whose hours the nightly jobs run. */
  OPERATIONS_TZ: z
    .string()
    .default("UTC")
    .refine(
      (zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC",
      "must be a time zone such as Asia/Jakarta",
    ),
  /** How often it is asked whether a nightly job is due. */
  NIGHTLY_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  OUTBOX_UNKNOWN_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
  METRICS_TOKEN: secret(16).optional(),
});
export type Env = z.infer<typeof SCHEMA>;
export type ProcessKind = "web" | "receiver" | "worker" | "keys" | "tool";

const META = ["META_APP_SECRET", "META_WEBHOOK_VERIFY_TOKEN"] as const;
const NEEDED: Record<ProcessKind, readonly (keyof Env)[]> = {
  web: [
    "DATABASE_URL",
    "DATABASE_SYSTEM_URL",
    "DATABASE_INGEST_URL",
    "REDIS_URL",
    "NEXTAUTH_URL",
    "NEXTAUTH_SECRET",
    "TOKEN_ENCRYPTION_KEY",
    "INTAKE_KEY",
    "WEBHOOK_PUBLIC_URL",
    ...META,
  ],
  receiver: ["DATABASE_INGEST_URL", "INTAKE_KEY", ...META],
  worker: ["DATABASE_WORKER_URL", "DATABASE_SYSTEM_URL", "REDIS_URL", "TOKEN_ENCRYPTION_KEY", "INTAKE_KEY", "WEBHOOK_PUBLIC_URL"],
  keys: ["DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL", "TOKEN_ENCRYPTION_KEY", "INTAKE_KEY"],
  tool: [],
};

/** Thrown at boot; its message names every fault at once, never a value. */
export class EnvError extends Error {}

/**
 * Parses an environment for one kind of process.
 * @param source the raw variables; empty strings count as missing
 * @throws EnvError naming every missing, short, malformed or placeholder variable
 */
export function parseEnv(kind: ProcessKind, source: Record<string, string | undefined>): Partial<Env> {
  const given = Object.fromEntries(Object.entries(source).filter(([, v]) => v !== undefined && v !== ""));
  const faults: string[] = NEEDED[kind].filter((name) => given[name] === undefined).map((name) => `${name} is missing`);
  const parsed = SCHEMA.partial().safeParse(given);
  for (const issue of parsed.error?.issues ?? []) faults.push(`${issue.path.join(".")} ${issue.message}`);
  const production = (given.APP_ENV ?? "production") === "production";
  if (production && given.META_GRAPH_URL && !given.META_GRAPH_URL.startsWith("https:"))
    faults.push("META_GRAPH_URL must be https in production");
  if (production && given.META_SDK_URL && !given.META_SDK_URL.startsWith("https:"))
    faults.push("META_SDK_URL must be https in production");
  if (production && given.UNLEASH_URL && !given.UNLEASH_URL.startsWith("https:"))
    faults.push("UNLEASH_URL must be https in production");
  if (kind === "web" && production && given.NEXTAUTH_URL && !given.NEXTAUTH_URL.startsWith("https:")) {
    faults.push("NEXTAUTH_URL must be https in production");
  }
  if (faults.length) throw new EnvError(`The environment of the ${kind} is not usable:\n  ${faults.join("\n  ")}`);
  const defaults = SCHEMA.partial().parse({});
  return { ...SCHEMA.pick({ APP_ENV: true, HOSTNAME: true }).partial().parse(given), ...defaults, ...parsed.data };
}

let current: Partial<Env> | undefined;

/** Parses the process's environment as `kind` and keeps it; to be called once at boot. */
export function startEnv(kind: ProcessKind): void {
  current = parseEnv(kind, process.env);
}

/** The parsed environment. Reading a variable this process was not given throws an EnvError that names it. */
export function env(): Env {
  current ??= parseEnv("tool", process.env);
  return ENV;
}

const ENV = new Proxy({} as Env, {
  get(_target, name: string) {
    const value = current?.[name as keyof Env];
    if (value === undefined && !OPTIONAL.has(name)) throw new EnvError(`${name} is missing`);
    return value;
  },
});
const OPTIONAL = new Set([
  "META_APP_SECRET_PREVIOUS",
  "META_SYSTEM_USER_TOKEN",
  "METRICS_TOKEN",
  "NEXT_PUBLIC_META_APP_ID",
  "NEXT_PUBLIC_META_CONFIG_ID",
  "UNLEASH_URL",
  "UNLEASH_TOKEN",
]);

/** Hosts the product calls: the provider, the server of flags, and its own public webhook address for the handshake test. */
export const outgoingHosts = (): string[] => {
  env();
  return [current?.META_GRAPH_URL, current?.WEBHOOK_PUBLIC_URL, current?.UNLEASH_URL].flatMap((u) =>
    u ? [new URL(u).host] : [],
  );
};

/** True under `next dev`, whose overlay needs inline styles and eval; never in a build, whatever APP_ENV says. */
export const isDevServer = () => process.env.NODE_ENV === "development";

/** True where plain http and loopback addresses are allowed for outgoing calls: development only, for the sandbox. */
export const allowsLoopback = () => env().APP_ENV === "development";
