/** Step: provider's receipts onto messages, set-wise and order-free. */
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { type Merged, merge, receiptOf } from "@/lib/messages/model";
import type { Sql } from "@/lib/platform/sql";
import { failureReason } from "@/lib/providers/meta/map-error";
import type { Receipt } from "@/lib/providers/ports";

export interface Touched {
  conversationId: Id<"conversation">;
  messageId: Id<"message">;
}
interface Group {
  lookup: Buffer;
  phoneNumberId: string;
  wamid: string;
  tag: string | null;
  merged: Merged;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Merges receipts into their messages. A tag of ours names the message even when its wamid was never learnt, and
 * settles a send whose outcome was unknown. What fits no message yet is kept and attached later.
 * @returns the messages that may have changed
 */
export async function applyReceipts(sql: Sql, receipts: readonly Receipt[]): Promise<Touched[]> {
  if (receipts.length === 0) return [];
  const groups = new Map<string, Group>();
  for (const r of receipts) {
    const lookup = sql.keys.wamidLookup(r.phoneNumberId, r.wamid);
    const key = lookup.toString("latin1");
    const one = receiptOf(r.status, r.at, r.failureCode);
    const known = groups.get(key);
    const tag = r.tag && UUID.test(r.tag) ? r.tag : null;
    if (known) {
      known.merged = merge(known.merged, one);
      known.tag ??= tag;
    } else groups.set(key, { lookup, phoneNumberId: r.phoneNumberId, wamid: r.wamid, tag, merged: one });
  }
  const all = [...groups.values()];
  const revealed = await attachByTag(sql, all);
  const updated = await updateMessages(sql, all);
  const matched = new Set(updated.map((u) => u.wamid_lookup.toString("latin1")));
  await keepUnmatched(sql, receipts, groups, matched);
  // what came for these wamids before anyone knew whose they are
  if (revealed.length > 0) await attachPending(sql, revealed);
  return updated.map(toTouched);
}

/** A status with our tag proves the send was accepted and reveals the wamid. @returns the lookups that became known */
async function attachByTag(sql: Sql, groups: Group[]): Promise<Buffer[]> {
  const tagged = groups.filter((g) => g.tag);
  if (tagged.length === 0) return [];
  const open = await sql.rows<{ tag: string; message_id: string }>(
    "receipts.by_tag",
    `select o.id as tag, o.message_id from outbox o join messages m on m.org_id = o.org_id and m.id = o.message_id
      where o.org_id = $1 and o.id = any($2::uuid[]) and (m.wamid_lookup is null or o.state <> 'accepted') for update of o, m`,
    [sql.ctx.orgId, tagged.map((g) => g.tag)],
  );
  if (open.length === 0) return [];
  const byTag = new Map(tagged.map((g) => [g.tag, g]));
  const rows = open.flatMap((o) => {
    const group = byTag.get(o.tag);
    return group ? [{ ...o, group }] : [];
  });
  await sql.run(
    "receipts.reveal",
    `with u as (select * from unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[]) u (tag, id, wamid, lookup)),
      x as (update outbox o set state = 'accepted', settled_at = coalesce(o.settled_at, now()), lease_until = null
        from u where o.org_id = $1 and o.id = u.tag and o.state in ('queued', 'dispatching', 'unknown', 'needs_review', 'accepted'))
      update messages m set wamid_sealed = coalesce(m.wamid_sealed, u.wamid), wamid_lookup = coalesce(m.wamid_lookup, u.lookup),
        accepted_at = coalesce(m.accepted_at, now())
      from u where m.org_id = $1 and m.id = u.id`,
    [
      sql.ctx.orgId,
      rows.map((r) => r.tag),
      rows.map((r) => r.message_id),
      rows.map((r) => sql.keys.seal("messages", "wamid_sealed", r.message_id, r.group.wamid)),
      rows.map((r) => r.group.lookup),
    ],
  );
  return rows.map((r) => r.group.lookup);
}

interface Updated {
  id: string;
  conversation_id: string;
  wamid_lookup: Buffer;
}
const toTouched = (u: Updated): Touched => ({
  conversationId: asId("conversation", u.conversation_id),
  messageId: asId("message", u.id),
});

async function updateMessages(sql: Sql, groups: { lookup: Buffer; merged: Merged }[]): Promise<Updated[]> {
  return sql.rows<Updated>(
    "receipts.apply",
    `update messages m set sent_at = least(m.sent_at, u.sent), delivered_at = least(m.delivered_at, u.delivered), read_at = least(m.read_at, u.read),
        played_at = least(m.played_at, u.played),
        failure_code = case when u.failed < coalesce(m.failed_at, 'infinity') then u.code
          when u.failed = m.failed_at then least(m.failure_code, u.code) else m.failure_code end,
        failure_reason = case when u.failed < coalesce(m.failed_at, 'infinity') or (u.failed = m.failed_at and u.code <= coalesce(m.failure_code, u.code))
          then u.reason else m.failure_reason end,
        failed_at = least(m.failed_at, u.failed)
      from unnest($2::bytea[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::int[], $9::text[])
        u (lookup, sent, delivered, read, played, failed, code, reason)
      where m.org_id = $1 and m.wamid_lookup = u.lookup and m.direction = 'out'
      returning m.id, m.conversation_id, m.wamid_lookup`,
    [
      sql.ctx.orgId,
      groups.map((g) => g.lookup),
      groups.map((g) => g.merged.sent),
      groups.map((g) => g.merged.delivered),
      groups.map((g) => g.merged.read),
      groups.map((g) => g.merged.played),
      groups.map((g) => g.merged.failed),
      groups.map((g) => g.merged.failureCode),
      groups.map((g) => (g.merged.failed ? failureReason(g.merged.failureCode ?? -1) : null)),
    ],
  );
}

async function keepUnmatched(
  sql: Sql,
  receipts: readonly Receipt[],
  groups: Map<string, Group>,
  matched: Set<string>,
): Promise<void> {
  const byMessage = new Map([...groups].map(([key, g]) => [`${g.phoneNumberId}|${g.wamid}`, { key, lookup: g.lookup }]));
  const groupOf = (r: Receipt) => byMessage.get(`${r.phoneNumberId}|${r.wamid}`);
  const left = receipts.filter((r) => !matched.has(groupOf(r)?.key ?? ""));
  if (left.length === 0) return;
  await sql.run(
    "receipts.keep",
    `insert into pending_receipts (org_id, id, wamid_lookup, status, at, failure_code)
      select $1, * from unnest($2::uuid[], $3::bytea[], $4::text[], $5::timestamptz[], $6::int[])`,
    [
      sql.ctx.orgId,
      left.map(() => newId("receipt")),
      left.map((r) => groupOf(r)?.lookup),
      left.map((r) => r.status),
      left.map((r) => r.at),
      left.map((r) => r.failureCode),
    ],
  );
}

/**
 * Attaches kept receipts whose message is known by now. What another transaction is attaching is left to it.
 * @param lookups only these wamids; null for every kept receipt of the organisation
 * @param atMost so many receipts; null for all there are
 */
export async function attachPending(
  sql: Sql,
  lookups: readonly Buffer[] | null,
  atMost: number | null = null,
): Promise<{ touched: Touched[]; receipts: number }> {
  const rows = await sql.rows<{ wamid_lookup: Buffer; status: Receipt["status"]; at: Date; failure_code: number | null }>(
    "receipts.take_pending",
    `with k as (select p.id from pending_receipts p join messages m on m.org_id = p.org_id and m.wamid_lookup = p.wamid_lookup
        where p.org_id = $1 and ($2::bytea[] is null or p.wamid_lookup = any($2)) limit $3 for update of p skip locked)
      delete from pending_receipts p using k where p.org_id = $1 and p.id = k.id returning p.wamid_lookup, p.status, p.at, p.failure_code`,
    [sql.ctx.orgId, lookups, atMost],
  );
  if (rows.length === 0) return { touched: [], receipts: 0 };
  const merged = new Map<string, { lookup: Buffer; merged: Merged }>();
  for (const r of rows) {
    const key = r.wamid_lookup.toString("latin1");
    const one = receiptOf(r.status, r.at, r.failure_code);
    merged.set(key, { lookup: r.wamid_lookup, merged: merged.has(key) ? merge(merged.get(key)?.merged ?? one, one) : one });
  }
  const updated = await updateMessages(sql, [...merged.values()]);
  return { touched: updated.map(toTouched), receipts: rows.length };
}
