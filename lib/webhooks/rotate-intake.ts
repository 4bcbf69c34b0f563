/**
 * Replaces the intake's keys while everything runs, before their days are over. First every endpoint seals with a new one, and the old ones
 * only open; when nobody seals with them any more, what they sealed is sealed anew and they are destroyed. A run that was cut short is
 * simply started again.
 */
import { AppError } from "@/lib/kernel/errors";
import { keyIdOf, open, SealError, type SealingKey, seal } from "@/lib/platform/crypto/codec";
import { findSealingKey, lockIntakeKeys } from "@/lib/platform/intake-keys";
import { forgetKeys, intakeKey } from "@/lib/platform/keys";
import { log } from "@/lib/platform/log";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { SPLIT_BYTES } from "@/lib/webhooks/model";
import { useKeyOfDay } from "@/lib/webhooks/platform-keys";

/** What the intake's keys have sealed, beside the secrets of endpoints; `order` is the one in which others lock these rows. */
const DELIVERIES = { table: "webhook_deliveries", column: "body_sealed", order: "endpoint_id, body_sha256" } as const;
const EVENTS = { table: "webhook_events", column: "payload_sealed", order: "id" } as const;
type Place = typeof DELIVERIES | typeof EVENTS;

/** Lets the intake seal with a new key from now on, and every key of a body it had only open. @returns how many it had */
export function replaceIntakeKeys(now: Date): Promise<number> {
  return inSystem("intake rotation", async (sql) => {
    await lockIntakeKeys(sql);
    const retired = await sql.run(
      "intake.retire",
      "update intake_keys set retired_at = now(), day = null where purpose = 'body' and day is not null and wrapped is not null",
    );
    await useKeyOfDay(sql, now);
    return retired;
  });
}

/**
 * Seals anew what retired intake keys sealed, and destroys those that nothing needs any more.
 * @param settle milliseconds a key must have been retired: until then a receiver may still seal with it
 * @returns values sealed anew, how many keys were destroyed, and how many are retired still
 * @throws AppError `unavailable` while Postgres is away
 */
export async function resealIntake(settle: number): Promise<{ resealed: number; destroyed: number; left: number }> {
  const retired = await inSystem("intake rotation", (sql) =>
    sql.rows<{ id: string; due: boolean }>(
      "intake.retired",
      `select id, retired_at <= now() - make_interval(secs => $1) as due from intake_keys where retired_at is not null and wrapped is not null`,
      [settle / 1000],
    ),
  );
  let [resealed, destroyed] = [0, 0];
  forgetKeys();
  for (const { id } of retired.filter((key) => key.due)) {
    resealed += await resealPlace(id, DELIVERIES);
    // who splits seals with the key of what it opened: whoever began before there was none left ends before this returns
    await inSystem("intake rotation", (sql) => sql.rows("intake.split_turn", "select pg_advisory_xact_lock(7001)"));
    resealed += await resealPlace(id, EVENTS);
    destroyed += await destroyKey(id);
  }
  forgetKeys(); // nor does this process keep one
  return { resealed, destroyed, left: retired.length - destroyed };
}

const destroyKey = (id: string) =>
  inSystem("intake rotation", async (sql) => {
    await lockIntakeKeys(sql);
    return sql.run(
      "intake.destroy",
      `update intake_keys k set wrapped = null, destroyed_at = now() where id = $1 and retired_at is not null and wrapped is not null
        and not exists (select 1 from webhook_deliveries d where d.key_id = k.id and d.body_sealed is not null)
        and not exists (select 1 from webhook_events e where e.key_id = k.id and e.payload_sealed is not null)
        and not exists (select 1 from intake_endpoints i where i.intake_key_id = k.id)`,
      [id],
    );
  });

/** Rows looked through at a time, and the most that are sealed anew in one transaction. */
const WINDOW = 2000;
const BATCH = 200;

async function resealPlace(keyId: string, place: Place): Promise<number> {
  let [after, resealed] = ["00000000-0000-0000-0000-000000000000", 0];
  for (;;) {
    const seen = await inSystem("intake rotation", (sql) =>
      sql.rows<{ id: string; size: number | null }>(
        `intake.look.${place.table}`,
        `select id, case when key_id = $1 then octet_length(${place.column}) end as size from ${place.table} where id > $2 order by id limit $3`,
        [keyId, after, WINDOW],
      ),
    );
    for (const ids of batchesOf(seen)) resealed += await again(() => resealBatch(keyId, place, ids));
    const last = seen.at(-1);
    if (!last || seen.length < WINDOW) return resealed;
    after = last.id;
  }
}

/** Rows that have something to seal anew, as many together as fit into memory. */
function batchesOf(seen: readonly { id: string; size: number | null }[]): string[][] {
  const batches: string[][] = [];
  let [batch, bytes]: [string[], number] = [[], 0];
  for (const { id, size } of seen) {
    if (size === null) continue;
    if (batch.length === BATCH || (batch.length > 0 && bytes + size > SPLIT_BYTES)) {
      batches.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(id);
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

function resealBatch(keyId: string, { table, column, order }: Place, ids: string[]): Promise<number> {
  return inSystem("intake rotation", async (sql) => {
    const to = await sealingKey(sql);
    const rows = await sql.rows<{ id: string; sealed: Buffer }>(
      `intake.take.${table}`,
      `select id, ${column} as sealed from ${table} where id = any($1::uuid[]) and key_id = $2 and ${column} is not null order by ${order} for update`,
      [ids, keyId],
    );
    const fresh: { id: string; sealed: Buffer }[] = [];
    for (const { id, sealed } of rows) {
      const anew = await resealOne(to, { scope: "intake", table, column, rowId: id }, sealed);
      if (anew) fresh.push({ id, sealed: anew });
    }
    if (fresh.length === 0) return 0;
    return sql.run(
      `intake.reseal.${table}`,
      `update ${table} t set ${column} = u.sealed, key_id = $3 from unnest($1::uuid[], $2::bytea[]) u (id, sealed) where t.id = u.id`,
      [fresh.map((f) => f.id), fresh.map((f) => f.sealed), to.id],
    );
  });
}

async function sealingKey(sql: SystemSql): Promise<SealingKey> {
  const row = await findSealingKey(sql);
  if (!row) throw new AppError("unavailable", "intake");
  return intakeKey(row.id);
}

/** The value under the new key; null when it does not open, which is left for a person to look at. */
async function resealOne(to: SealingKey, place: Parameters<typeof seal>[1], sealed: Buffer): Promise<Buffer | null> {
  try {
    return seal(to, place, open(await intakeKey(keyIdOf(sealed)), place, sealed));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error("reseal.unopened", { table: place.table, column: place.column, rowId: place.rowId });
    return null;
  }
}

const TRIES = 5;
/** A batch may meet others who lock the same rows, and is then done again. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !(error instanceof AppError) || error.code !== "unavailable") throw error;
    }
  }
}
