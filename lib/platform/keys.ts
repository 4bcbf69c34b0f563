/** Loads and keeps the keys of organisations and of the intake; the database holds them wrapped only. */
import type { Id } from "@/lib/kernel/ids";
import { seconds } from "@/lib/kernel/time";
import { ageOf, type ReadAt, readAt } from "@/lib/platform/age";
import { keyIdOf, NoKeys, open, SealError, type SealingKey } from "@/lib/platform/crypto/codec";
import { KekRing } from "@/lib/platform/crypto/key-ring";
import { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { env } from "@/lib/platform/env";
import { poolOf } from "@/lib/platform/pool";

/** How long a process may go on with the keys it loaded; whoever replaces a key waits longer than this between its steps. */
export const KEYS_FRESH = seconds(60);
interface Kept {
  keys: OrgKeys;
  at: ReadAt;
}
const kept = new Map<string, Kept>();
let orgRing: KekRing | undefined;
let intakeRing: KekRing | undefined;

/** The ring of `TOKEN_ENCRYPTION_KEY`, which wraps organisations' keys. */
export const orgKekRing = () => (orgRing ??= new KekRing(env().TOKEN_ENCRYPTION_KEY));
/** The ring of `INTAKE_KEY`, which wraps the platform's daily intake keys. */
export const intakeKekRing = () => (intakeRing ??= new KekRing(env().INTAKE_KEY));

interface KeyRow {
  id: string;
  purpose: "data" | "index" | "audit";
  state: string;
  kek_id: string;
  wrapped: Buffer;
}

/**
 * The keys of one organisation, from memory or from `data_keys`, refreshed every minute.
 * @throws NoKeys if the organisation was erased; SealError if its keys do not open with this process's key ring
 */
export async function orgKeys(orgId: Id<"organisation">): Promise<OrgKeys> {
  const hit = kept.get(orgId);
  if (hit && ageOf(hit.at) < KEYS_FRESH) return hit.keys;
  const at = readAt(); // what is read is at least as old as the question
  const { rows } = await poolOf("system").query<KeyRow>({
    name: "keys.org",
    text: "select id, purpose, state, kek_id, wrapped from data_keys where org_id = $1 and wrapped is not null order by created_at",
    values: [orgId],
  });
  const all = new Map<string, SealingKey>();
  const active: Partial<Record<KeyRow["purpose"], SealingKey>> = {};
  for (const row of rows) {
    const key = orgKekRing().unwrap(orgId, row.id, { kekId: row.kek_id, wrapped: row.wrapped });
    all.set(row.id, key);
    if (row.state === "active") active[row.purpose] = key;
  }
  if (!active.data || !active.index || !active.audit) throw new NoKeys("the organisation has no keys");
  const keys = new OrgKeys(orgId, active.data, active.index, active.audit, all);
  kept.set(orgId, { keys, at });
  return keys;
}

/**
 * The keys of several organisations by id; erased ones are left out.
 * @throws SealError if some do not open with this process's key ring: that is mended, and whoever asks waits
 */
export async function keysOfAll(orgIds: Iterable<Id<"organisation">>): Promise<Map<string, OrgKeys>> {
  const keys = new Map<string, OrgKeys>();
  for (const orgId of new Set(orgIds)) {
    try {
      keys.set(orgId, await orgKeys(orgId));
    } catch (error) {
      if (!(error instanceof NoKeys)) throw error;
    }
  }
  return keys;
}

const intake = new Map<string, { key: SealingKey; at: ReadAt }>();
interface IntakeKeyRow {
  id: string;
  kek_id: string;
  wrapped: Buffer | null;
}

/** An intake key by id, from memory for as long as an organisation's. @throws SealError once it was destroyed */
export async function intakeKey(id: string): Promise<SealingKey> {
  const hit = intake.get(id);
  if (hit && ageOf(hit.at) < KEYS_FRESH) return hit.key;
  const at = readAt();
  const { rows } = await poolOf("system").query<IntakeKeyRow>({
    name: "keys.intake",
    text: "select id, kek_id, wrapped from intake_keys where id = $1",
    values: [id],
  });
  const row = rows[0];
  if (!row?.wrapped) {
    intake.delete(id);
    throw new SealError("the intake key is gone");
  }
  const key = intakeKekRing().unwrap("intake", id, { kekId: row.kek_id, wrapped: row.wrapped });
  intake.set(id, { key, at });
  return key;
}

/** Forgets what is kept in memory: after a rotation, and between tests. */
export function forgetKeys(): void {
  kept.clear();
  intake.clear();
}

/** Opens a value that the intake sealed. */
export async function openIntake(table: string, column: string, rowId: string, sealed: Buffer): Promise<Buffer> {
  return open(await intakeKey(keyIdOf(sealed)), { scope: "intake", table, column, rowId }, sealed);
}
