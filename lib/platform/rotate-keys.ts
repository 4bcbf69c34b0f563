/**
 * Replaces organisations' data keys while everything runs. Three steps, each noticed by every process before the next: the incoming key opens
 * everywhere; then it seals, and the old one only opens; then what the old one sealed is sealed anew, and the old one is destroyed.
 * Each step looks at the rows for what is left to do, so that a run that was cut short is simply started again.
 */
import { type Id, newId } from "@/lib/kernel/ids";
import { byteaArray } from "@/lib/platform/bytea";
import { SealError, uuidBytes } from "@/lib/platform/crypto/codec";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { forgetKeys, orgKekRing, orgKeys } from "@/lib/platform/keys";
import { log } from "@/lib/platform/log";
import { isDeadlock, poolOf } from "@/lib/platform/pool";
import { asOwner } from "@/lib/platform/sql";

type OrgId = Id<"organisation">;

/** The row id a seal is bound to: as the expression that makes it, and how a value of it compares with an index. */
interface Row {
  text: string;
  key: string;
  type: "uuid" | "text";
  first: string;
}
const ID: Row = { text: "id::text", key: "id", type: "uuid", first: "00000000-0000-0000-0000-000000000000" };
const draftId = "conversation_id || ':' || user_id";
const DRAFT: Row = { text: draftId, key: `(${draftId})`, type: "text", first: "" };

/** Every sealed column of an organisation; a test holds the list against the catalogue. */
export const SEALED: readonly { table: string; column: string; row: Row; also?: string }[] = [
  { table: "channels", column: "access_token_sealed", row: ID },
  { table: "channels", column: "display_phone_sealed", row: ID },
  { table: "channels", column: "pin_sealed", row: ID },
  { table: "own_apps", column: "secret_sealed", row: ID },
  { table: "own_apps", column: "secret_previous_sealed", row: ID },
  { table: "own_apps", column: "verify_token_sealed", row: ID },
  { table: "contacts", column: "name_sealed", row: ID },
  { table: "contact_identities", column: "value_sealed", row: ID },
  { table: "conversations", column: "name_sealed", row: ID },
  { table: "conversations", column: "preview_sealed", row: ID },
  { table: "messages", column: "body_sealed", row: ID },
  { table: "messages", column: "wamid_sealed", row: ID },
  { table: "disconnections", column: "reason_sealed", row: ID },
  { table: "matters", column: "title_sealed", row: ID },
  { table: "matters", column: "kind_sealed", row: ID },
  { table: "stretches", column: "name_sealed", row: ID },
  { table: "stretches", column: "preview_sealed", row: ID },
  { table: "instructions", column: "sha256_sealed", row: ID },
  { table: "drafts", column: "body_sealed", row: DRAFT },
  { table: "onboarding_sessions", column: "facts_sealed", row: ID },
  { table: "claim_codes", column: "phone_sealed", row: ID },
  { table: "webhook_events", column: "payload_sealed", row: ID, also: "key_id" },
];

/** Adds an incoming data key to each of these organisations that has none. @returns how many were added */
export async function addIncomingKeys(orgIds: readonly OrgId[]): Promise<number> {
  let added = 0;
  for (const orgId of orgIds) {
    const id = newId("dataKey");
    const { kekId, wrapped } = orgKekRing().mint(orgId, id);
    const { rowCount } = await poolOf("owner").query(
      `insert into data_keys (org_id, id, purpose, state, kek_id, wrapped) select $1, $2, 'data', 'incoming', $3, $4
        where exists (select from data_keys where org_id = $1 and purpose = 'data' and state = 'active')
        on conflict (org_id, purpose) where state = 'incoming' do nothing`,
      [orgId, id, kekId, wrapped],
    );
    added += rowCount ?? 0;
  }
  return added;
}

/**
 * Lets the incoming key of an organisation seal, and the active one only open.
 * @param settle milliseconds a key must have been incoming: longer than any process goes on with what it loaded
 * @returns whether there was one to let
 */
export async function activateIncomingKey(orgId: OrgId, settle: number): Promise<boolean> {
  return asOwner(async (sql) => {
    const [due] = await sql.rows<{ id: string }>(
      "keys.incoming",
      `select id from data_keys where org_id = $1 and purpose = 'data' and state = 'incoming'
        and changed_at <= now() - make_interval(secs => $2) for update`,
      [orgId, settle / 1000],
    );
    if (!due) return false;
    // both or neither is seen by others: without an active key an organisation counts as erased
    await sql.run(
      "keys.retire",
      "update data_keys set state = 'retired', changed_at = now() where org_id = $1 and purpose = 'data' and state = 'active'",
      [orgId],
    );
    await sql.run("keys.activate", "update data_keys set state = 'active', changed_at = now() where org_id = $1 and id = $2", [
      orgId,
      due.id,
    ]);
    return true;
  });
}

/**
 * Seals anew what retired keys sealed, and destroys those that nothing needs any more.
 * @param settle milliseconds a key must have been retired: until then others may still seal with it
 * @returns rows sealed anew, and how many keys were destroyed
 */
export async function resealOrganisation(orgId: OrgId, settle: number): Promise<{ resealed: number; destroyed: number }> {
  const { rows: retired } = await poolOf("owner").query<{ id: string }>(
    `select id from data_keys where org_id = $1 and purpose = 'data' and state = 'retired' and wrapped is not null
      and changed_at <= now() - make_interval(secs => $2)`,
    [orgId, settle / 1000],
  );
  let [resealed, destroyed] = [0, 0];
  if (retired.length === 0) return { resealed, destroyed };
  forgetKeys(); // not those from before the change
  const keys = await orgKeys(orgId);
  for (const { id } of retired) {
    let left = 0;
    for (const place of SEALED) {
      const done = await resealColumn(keys, id, place);
      resealed += done.resealed;
      left += done.left;
    }
    // what somebody wrote between our reading and our writing is looked at in the next run
    if (left > 0) continue;
    await poolOf("owner").query(
      "update data_keys set state = 'destroyed', wrapped = null, changed_at = now() where org_id = $1 and id = $2 and state = 'retired'",
      [orgId, id],
    );
    destroyed++;
  }
  return { resealed, destroyed };
}

const BATCH = 200;
type Place = (typeof SEALED)[number];

async function resealColumn(keys: OrgKeys, keyId: string, place: Place): Promise<{ resealed: number; left: number }> {
  const { table, column, row, also } = place;
  let [after, resealed, left] = [row.first, 0, 0];
  for (;;) {
    const { rows } = await poolOf("owner").query<{ row: string; sealed: Buffer }>(
      `select ${row.text} as row, ${column} as sealed from ${table} where org_id = $1 and ${column} is not null
        and substring(${column} from 2 for 16) = $2 and ${row.key} > $3::${row.type} order by ${row.key} limit $4`,
      [keys.orgId, uuidBytes(keyId), after, BATCH],
    );
    const fresh = rows.flatMap(({ row, sealed }) => {
      const anew = resealOne(keys, place, row, sealed);
      return anew ? [{ row, sealed, anew }] : [];
    });
    const changed = await whenFree(() =>
      poolOf("owner").query(
        `update ${table} t set ${column} = u.anew${also ? `, ${also} = $5` : ""} from unnest($2::${row.type}[], $3::bytea[], $4::bytea[]) u (row, sealed, anew)
          where t.org_id = $1 and ${row.key} = u.row and t.${column} = u.sealed`,
        [
          keys.orgId,
          fresh.map((f) => f.row),
          byteaArray(fresh.map((f) => f.sealed)),
          byteaArray(fresh.map((f) => f.anew)),
          ...(also ? [keys.data.id] : []),
        ],
      ),
    );
    resealed += changed.rowCount ?? 0;
    left += rows.length - (changed.rowCount ?? 0);
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return { resealed, left };
    after = last.row;
  }
}

/** The value under the active key; null when it does not open, which is left for a person to look at. */
function resealOne(keys: OrgKeys, { table, column }: Place, row: string, sealed: Buffer): Buffer | null {
  try {
    return keys.seal(table, column, row, keys.open(table, column, row, sealed));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error("reseal.unopened", { table, column, rowId: row });
    return null;
  }
}

/** A batch may meet the worker's own in another order: one of the two is ended by Postgres and goes again. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDeadlock(error)) throw error;
    }
  }
}
