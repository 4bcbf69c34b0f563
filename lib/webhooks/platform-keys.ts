/** The intake's own keys: one a day for bodies, one for dedupe hashes. Minted here, wrapped by INTAKE_KEY, destroyed after nine days. */
import { newId } from "@/lib/kernel/ids";
import type { SealingKey } from "@/lib/platform/crypto/codec";
import { type IntakeKeyRow, lockIntakeKeys } from "@/lib/platform/intake-keys";
import { intakeKekRing, intakeKey } from "@/lib/platform/keys";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { moveEndpoints } from "@/lib/webhooks/endpoint-keys";
import { META_ENDPOINT } from "@/lib/webhooks/intake";
import { BODY_KEPT } from "@/lib/webhooks/model";

let dedupe: SealingKey | undefined;

/** HMAC of a dedupe key's parts under the platform's index key. 32 bytes. */
export async function dedupeHasher(): Promise<(parts: readonly string[]) => Buffer> {
  dedupe ??= await loadDedupeKey();
  const key = dedupe.hmac("dedupe");
  return (parts) => key.digest(parts.join("\u001f"));
}

async function loadDedupeKey(): Promise<SealingKey> {
  const find = (sql: SystemSql) => sql.rows<{ id: string }>("keys.dedupe", "select id from intake_keys where purpose = 'dedupe'");
  const [row] = await inSystem("intake keys", async (sql) => {
    const found = await find(sql);
    if (found.length > 0) return found;
    await insertKey(sql, "dedupe", null);
    return find(sql);
  });
  if (!row) throw new Error("no dedupe key");
  return intakeKey(row.id);
}

async function insertKey(sql: SystemSql, purpose: "body" | "dedupe", day: string | null) {
  const id = newId("dataKey");
  const { kekId, wrapped } = intakeKekRing().mint("intake", id);
  await sql.run(
    `keys.insert.${purpose}`,
    `insert into intake_keys (id, purpose, day, kek_id, wrapped) values ($1, $2, $3, $4, $5)
      on conflict ${purpose === "body" ? "(day) where purpose = 'body'" : "(purpose) where purpose = 'dedupe'"} do nothing`,
    [id, purpose, day, kekId, wrapped],
  );
}

/** Makes sure that today has a key and that every endpoint uses it. Safe to run twice, by two workers at once. */
export async function ensureIntakeKey(now: Date): Promise<void> {
  await inSystem("intake keys", async (sql) => {
    await lockIntakeKeys(sql);
    await useKeyOfDay(sql, now);
  });
}

/** Step, under the lock: today's key, made if there is none, and every endpoint that can be moved onto it. */
export async function useKeyOfDay(sql: SystemSql, now: Date): Promise<void> {
  const day = now.toISOString().slice(0, 10);
  const today = () =>
    sql.rows<IntakeKeyRow>(
      "keys.today",
      "select id, kek_id, wrapped from intake_keys where purpose = 'body' and day = $1 and wrapped is not null",
      [day],
    );
  let [key] = await today();
  if (!key) {
    await insertKey(sql, "body", day);
    [key] = await today();
  }
  if (!key) return;
  await sql.run(
    "keys.endpoint",
    "insert into intake_endpoints (id, key, intake_key_id, intake_kek_id, intake_key_wrapped) values ($1, $2, $3, $4, $5) on conflict (key) do nothing",
    [newId("endpoint"), META_ENDPOINT, key.id, key.kek_id, key.wrapped],
  );
  await moveEndpoints(sql, key);
}

/** Nulls delivery bodies older than nine days and destroys keys nothing needs any more. @returns how many bodies */
export async function destroyOldBodies(now: Date): Promise<number> {
  const before = new Date(now.getTime() - BODY_KEPT);
  return inSystem("intake retention", async (sql) => {
    await lockIntakeKeys(sql);
    const bodies = await sql.run(
      "bodies.null",
      `update webhook_deliveries set body_sealed = null where id in (
        select id from webhook_deliveries where received_at < $1 and body_sealed is not null and state <> 'pending' limit 5000)`,
      [before],
    );
    // one that was followed a moment ago, when no worker ran for days, still seals in some receiver
    await sql.run(
      "keys.destroy",
      `update intake_keys k set wrapped = null, destroyed_at = now() where purpose = 'body' and wrapped is not null
        and (retired_at < $1 or day < $1::date and exists (
          select 1 from intake_keys n where n.purpose = 'body' and n.day > k.day and n.created_at < now() - interval '10 minutes'))
        and not exists (select 1 from webhook_deliveries d where d.key_id = k.id and d.body_sealed is not null)
        and not exists (select 1 from webhook_events e where e.key_id = k.id and e.payload_sealed is not null)
        and not exists (select 1 from intake_endpoints i where i.intake_key_id = k.id)`,
      [before],
    );
    return bodies;
  });
}
