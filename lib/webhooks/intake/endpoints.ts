/**
 * The endpoints this process may answer for, with the intake key they seal with now; read from `intake_endpoints`, refreshed every 30 s.
 * Nothing is sealed with what was read longer ago than `ENDPOINTS_FRESH`: whoever replaces a key waits for that before it is destroyed.
 */
import { seconds } from "@/lib/kernel/time";
import { ageOf, type ReadAt, readAt } from "@/lib/platform/age";
import { open, type SealingKey } from "@/lib/platform/crypto/codec";
import type { HmacKey } from "@/lib/platform/crypto/hmac";
import { KekRing } from "@/lib/platform/crypto/key-ring";
import { env } from "@/lib/platform/env";
import { errorFields, log } from "@/lib/platform/log";
import { poolOf } from "@/lib/platform/pool";
import { META_ENDPOINT } from "@/lib/webhooks/intake/model";
import { signingKeys } from "@/lib/webhooks/intake/signature";

export interface Endpoint {
  id: string;
  key: SealingKey;
  /** When it was asked for. */
  at: ReadAt;
  secrets: HmacKey[];
  /** What the provider shows at the handshake; null refuses every one. */
  verifyToken: string | null;
}
interface Row {
  id: string;
  key: string;
  secret_sealed: Buffer | null;
  secret_previous_sealed: Buffer | null;
  verify_token_sealed: Buffer | null;
  intake_key_id: string;
  intake_kek_id: string;
  intake_key_wrapped: Buffer;
}

/** Older than this it is read anew beside the request; older than the second, before it. */
const FRESH_MS = seconds(30);
export const ENDPOINTS_FRESH = seconds(60);
let ring: KekRing | undefined;
let kept: { at: ReadAt; byKey: Map<string, Endpoint> } | undefined;
let loading: Promise<void> | undefined;
let lookingAgain: Promise<void> | undefined;
let triedAt = 0;
/** Strangers may try keys as often as they like: they cost one query in this time, all of them together. */
const AGAIN_MS = 1_000;

/**
 * The endpoint of an address, or null if there is none; a promise only while what is known is too old to seal with.
 * @throws the database's error in that promise
 */
export function findEndpoint(key: string): Endpoint | null | Promise<Endpoint | null> {
  const age = kept ? ageOf(kept.at) : Number.POSITIVE_INFINITY;
  if (!kept || age > ENDPOINTS_FRESH) return load().then(() => kept?.byKey.get(key) ?? null);
  if (age > FRESH_MS) void load().catch(() => {});
  return kept.byKey.get(key) ?? null;
}

/** Most who wait for that look at once; an address made a moment ago is one, and so is any that a stranger made up. */
export const MOST_LOOKING = 100;
let looking = 0;
/** Thrown when too many wait already: whoever asks comes again. */
export class Crowded extends Error {}

/**
 * The same for an address that may have been made a moment ago: what is not known yet is looked for once more. Whoever asks waits for
 * that look, which all share, at most a second.
 * @throws Crowded; the database's error
 */
export async function findFreshEndpoint(key: string): Promise<Endpoint | null> {
  const known = await findEndpoint(key);
  if (known) return known;
  if (looking >= MOST_LOOKING) throw new Crowded();
  looking++;
  try {
    await lookAgain();
  } finally {
    looking--;
  }
  return kept?.byKey.get(key) ?? null;
}

/** Reads the endpoints anew, at most once a second, however many ask. @throws the database's error */
export function lookAgain(): Promise<void> {
  lookingAgain ??= new Promise<void>((resolve) => {
    setTimeout(resolve, Math.max(0, triedAt + AGAIN_MS - Date.now()));
  })
    .then(load)
    .finally(() => {
      lookingAgain = undefined;
    });
  return lookingAgain;
}

function load(): Promise<void> {
  loading ??= read().finally(() => {
    loading = undefined;
  });
  return loading;
}

async function read(): Promise<void> {
  const at = readAt(); // what is read is at least as old as the question
  triedAt = at.wall; // one that fails counts as well
  ring ??= new KekRing(env().INTAKE_KEY);
  const { rows } = await poolOf("ingest").query<Row>({
    name: "intake.endpoints",
    text: `select id, key, secret_sealed, case when previous_until > now() then secret_previous_sealed end as secret_previous_sealed,
      verify_token_sealed, intake_key_id, intake_kek_id, intake_key_wrapped from intake_endpoints where key = $1 or secret_sealed is not null`,
    values: [META_ENDPOINT],
  });
  const byKey = new Map<string, Endpoint>();
  for (const row of rows) {
    try {
      const sealingKey = ring.unwrap("intake", row.intake_key_id, { kekId: row.intake_kek_id, wrapped: row.intake_key_wrapped });
      byKey.set(row.key, {
        id: row.id,
        key: sealingKey,
        at,
        secrets: secretsOf(row, sealingKey),
        verifyToken: verifyTokenOf(row, sealingKey),
      });
    } catch (error) {
      log.error("intake.endpoint_unusable", { endpointId: row.id, ...errorFields(error) }); // the others go on
    }
  }
  kept = { at, byKey };
}

/** The platform's endpoint is verified with the app's secrets; any other carries its own, sealed, and without one accepts nothing. */
function secretsOf(row: Row, key: SealingKey): HmacKey[] {
  if (row.key === META_ENDPOINT) return signingKeys([env().META_APP_SECRET, env().META_APP_SECRET_PREVIOUS]);
  const place = (column: string) => ({ scope: "intake", table: "intake_endpoints", column, rowId: row.id });
  if (row.secret_sealed === null) return [];
  const secrets = [open(key, place("secret_sealed"), row.secret_sealed).toString()];
  if (row.secret_previous_sealed) secrets.push(open(key, place("secret_previous_sealed"), row.secret_previous_sealed).toString());
  return signingKeys(secrets);
}

/** The platform's own stands in the environment. */
function verifyTokenOf(row: Row, key: SealingKey): string | null {
  if (row.key === META_ENDPOINT) return env().META_WEBHOOK_VERIFY_TOKEN;
  if (row.verify_token_sealed === null) return null;
  const place = { scope: "intake", table: "intake_endpoints", column: "verify_token_sealed", rowId: row.id };
  return open(key, place, row.verify_token_sealed).toString();
}

/** Forgets what is known, for tests that change endpoints. */
export function forgetEndpoints(): void {
  kept = undefined;
}
