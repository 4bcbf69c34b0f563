/** Which keys there are and what wraps them; wraps them anew when a key-encryption key is replaced. For operators, as the owner of the database. */
import { type Id, newId } from "@/lib/kernel/ids";
import { SealError } from "@/lib/platform/crypto/codec";
import type { KekRing } from "@/lib/platform/crypto/key-ring";
import { poolOf } from "@/lib/platform/pool";

/** The two rings of a deployment: organisations' keys and the intake's are wrapped apart. */
export interface Rings {
  organisations: KekRing;
  intake: KekRing;
}

export interface KeyCount {
  store: "organisations" | "intake" | "endpoints";
  purpose: string;
  state: string;
  kekId: string;
  keys: number;
  oldest: Date;
}

/** How many keys of each kind each key-encryption key wraps. Destroyed keys are not counted. */
export async function countKeys(): Promise<KeyCount[]> {
  const { rows } = await poolOf("owner").query<KeyCount>(
    `select 'organisations' as store, purpose, state, kek_id as "kekId", count(*)::int as keys, min(created_at) as oldest
        from data_keys where wrapped is not null group by purpose, state, kek_id
      union all select 'intake', purpose, case when retired_at is null then 'active' else 'retired' end, kek_id, count(*)::int, min(created_at)
        from intake_keys where wrapped is not null group by purpose, retired_at is null, kek_id
      union all select 'endpoints', 'body', 'active', intake_kek_id, count(*)::int, min(created_at) from intake_endpoints group by intake_kek_id
      order by 1, 2, 3, 4`,
  );
  return rows;
}

/** Organisations that hold keys, oldest first. */
export async function listOrganisations(): Promise<Id<"organisation">[]> {
  const { rows } = await poolOf("owner").query<{ id: Id<"organisation"> }>(
    "select org_id as id from data_keys where purpose = 'data' and wrapped is not null group by org_id order by org_id",
  );
  return rows.map((r) => r.id);
}

/** Writes what was done to keys into the platform's trail. Counts only, never a key. */
export async function noteKeys(action: "keys.rotated" | "keys.rewrapped", detail: Record<string, number>): Promise<void> {
  await poolOf("owner").query("insert into platform_trail (id, action, detail) values ($1, $2, $3)", [
    newId("dataKey"),
    action,
    JSON.stringify(detail),
  ]);
}

/** Where wrapped keys stand: `key` is the column of the key's id, `scope` the SQL of what the wrapping is bound to. */
const STORES = [
  { table: "data_keys", ring: "organisations", key: "id", scope: "org_id::text", kek: "kek_id", wrapped: "wrapped" },
  { table: "intake_keys", ring: "intake", key: "id", scope: "'intake'", kek: "kek_id", wrapped: "wrapped" },
  {
    table: "intake_endpoints",
    ring: "intake",
    key: "intake_key_id",
    scope: "'intake'",
    kek: "intake_kek_id",
    wrapped: "intake_key_wrapped",
  },
] as const;
const BATCH = 500;

export interface Rewrapped {
  rewrapped: number;
  /** Wrapped by a key-encryption key that is not in the ring: left as they are. */
  unopened: number;
}

/**
 * Wraps every key anew that an older key-encryption key wraps. Safe beside running processes, as long as each holds both in its ring: the
 * keys themselves stay the same, and a key that somebody else changed meanwhile is left to them.
 * @param only keys with these ids; null for all
 */
export async function rewrapKeys(rings: Rings, only: readonly string[] | null = null): Promise<Rewrapped> {
  const total: Rewrapped = { rewrapped: 0, unopened: 0 };
  for (const store of STORES) {
    const ring = rings[store.ring];
    let after = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      const { rows } = await poolOf("owner").query<Row>(
        `select id, ${store.key} as key, ${store.scope} as scope, ${store.kek} as kek_id, ${store.wrapped} as wrapped from ${store.table}
          where ${store.wrapped} is not null and ${store.kek} <> $1 and id > $2 and ($3::uuid[] is null or ${store.key} = any($3))
          order by id limit $4`,
        [ring.newestId, after, only, BATCH],
      );
      for (const row of rows) {
        const fresh = rewrapped(ring, row);
        if (!fresh) total.unopened++;
        else {
          const { rowCount } = await poolOf("owner").query(
            `update ${store.table} set ${store.kek} = $3, ${store.wrapped} = $4 where id = $1 and ${store.wrapped} = $2`,
            [row.id, row.wrapped, fresh.kekId, fresh.wrapped],
          );
          total.rewrapped += rowCount ?? 0;
        }
      }
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) break;
      after = last.id;
    }
  }
  return total;
}

interface Row {
  id: string;
  key: string;
  scope: string;
  kek_id: string;
  wrapped: Buffer;
}
function rewrapped(ring: KekRing, row: Row) {
  try {
    return ring.rewrap(row.scope, row.key, { kekId: row.kek_id, wrapped: row.wrapped });
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
