/** Steps: inbound messages onto conversations, set-wise, inside the organisation's own lock. */

import type { ResolvedContact } from "@/lib/contacts";
import { previewOf, shownName } from "@/lib/inbox/model";
import { sealPreview } from "@/lib/inbox/store";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { type InboundRow, insertInbound } from "@/lib/messages";
import type { Sql } from "@/lib/platform/sql";
import type { InboundMessage } from "@/lib/providers/ports";

export interface Received {
  message: InboundMessage;
  channelId: Id<"channel">;
  contact: ResolvedContact;
  receivedAt: Date;
}
export interface Arrived {
  conversationId: Id<"conversation">;
  messageId: Id<"message">;
}

/** Stores messages, makes missing conversations, moves list rows. @returns the messages that were new */
export async function receiveMessages(sql: Sql, items: readonly Received[]): Promise<Arrived[]> {
  if (items.length === 0) return [];
  const conversations = await ensureConversations(sql, items);
  const rows = items.map((item): InboundRow & { item: Received } => ({
    id: newId("message"),
    conversationId: conversations.get(pairOf(item)) ?? asId("conversation", ""),
    channelId: item.channelId,
    wamid: item.message.wamid,
    type: item.message.content.kind === "card" ? item.message.content.type : item.message.content.kind,
    body: {
      content: item.message.content,
      ...(item.message.quotes ? { quotes: item.message.quotes } : {}),
      ...(item.message.raw ? { raw: item.message.raw } : {}),
    },
    at: item.message.at,
    receivedAt: item.receivedAt,
    item,
  }));
  const inserted = await insertInbound(sql, rows);
  const fresh = rows.filter((r) => inserted.has(r.id));
  await moveConversations(sql, fresh);
  return fresh.map((r) => ({ conversationId: r.conversationId, messageId: r.id }));
}

const pairOf = (item: Received) => `${item.channelId}|${item.contact.id}`;

async function ensureConversations(sql: Sql, items: readonly Received[]): Promise<Map<string, Id<"conversation">>> {
  const pairs = new Map(items.map((item) => [pairOf(item), item]));
  const list = [...pairs.values()];
  const rows = await sql.rows<{ id: string; channel_id: string; contact_id: string; fresh: boolean }>(
    "conversations.ensure",
    `with u as (select * from unnest($2::uuid[], $3::uuid[], $4::uuid[]) u (id, channel_id, contact_id)),
      i as (insert into conversations (org_id, id, channel_id, contact_id, last_activity_at)
        select $1, u.id, u.channel_id, u.contact_id, 'epoch' from u
        where not exists (select 1 from conversations c where c.org_id = $1 and c.channel_id = u.channel_id and c.contact_id = u.contact_id)
        on conflict (org_id, channel_id, contact_id) do nothing returning id, channel_id, contact_id)
      select id, channel_id, contact_id, true as fresh from i
      union all select c.id, c.channel_id, c.contact_id, false from u
        join conversations c on c.org_id = $1 and c.channel_id = u.channel_id and c.contact_id = u.contact_id`,
    [sql.ctx.orgId, list.map(() => newId("conversation")), list.map((i) => i.channelId), list.map((i) => i.contact.id)],
  );
  const out = new Map<string, Id<"conversation">>();
  const named: { id: string; name: string }[] = [];
  for (const row of rows) {
    const key = `${row.channel_id}|${row.contact_id}`;
    out.set(key, asId("conversation", row.id));
    const item = pairs.get(key);
    if (item && (row.fresh || (item.contact.renamed && item.contact.name))) {
      named.push({ id: row.id, name: shownName(item.contact.name, item.message.sender.phone, row.contact_id) });
    }
  }
  if (named.length > 0) {
    await sql.run(
      "conversations.name",
      "update conversations c set name_sealed = u.name, version = version + 1 from unnest($2::uuid[], $3::bytea[]) u (id, name) where c.org_id = $1 and c.id = u.id",
      [sql.ctx.orgId, named.map((n) => n.id), named.map((n) => sql.keys.seal("conversations", "name_sealed", n.id, n.name))],
    );
  }
  return out;
}

async function moveConversations(sql: Sql, fresh: (InboundRow & { item: Received })[]): Promise<void> {
  const by = new Map<string, { unread: number; last: (typeof fresh)[number]; inboundAt: Date | null }>();
  for (const row of fresh) {
    const counts = row.item.message.opensWindow;
    const known = by.get(row.conversationId) ?? { unread: 0, last: row, inboundAt: null };
    known.unread += counts ? 1 : 0;
    if (row.at > known.last.at || (row.at.getTime() === known.last.at.getTime() && row.id > known.last.id)) known.last = row;
    // a clock ahead of ours must not stretch the window
    const inboundAt = row.at < row.receivedAt ? row.at : row.receivedAt;
    if (counts && (known.inboundAt === null || inboundAt > known.inboundAt)) known.inboundAt = inboundAt;
    by.set(row.conversationId, known);
  }
  if (by.size === 0) return;
  const list = [...by].map(([id, m]) => ({ id, ...m, preview: previewOf(m.last.body.content) }));
  await sql.run(
    "conversations.move",
    `update conversations c set unread = c.unread + u.unread, version = c.version + 1, status = case when u.unread > 0 then 'open' else c.status end,
        last_inbound_at = greatest(c.last_inbound_at, u.inbound),
        preview_sealed = case when u.at >= c.last_activity_at then u.preview else c.preview_sealed end,
        preview_type = case when u.at >= c.last_activity_at then u.type else c.preview_type end,
        preview_direction = case when u.at >= c.last_activity_at then 'in' else c.preview_direction end,
        last_message_id = case when u.at >= c.last_activity_at then u.message else c.last_message_id end,
        last_activity_at = greatest(c.last_activity_at, u.at)
      from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::bytea[], $7::text[], $8::uuid[])
        u (id, unread, at, inbound, preview, type, message)
      where c.org_id = $1 and c.id = u.id`,
    [
      sql.ctx.orgId,
      list.map((l) => l.id),
      list.map((l) => l.unread),
      list.map((l) => l.last.at),
      list.map((l) => l.inboundAt),
      list.map((l) => sealPreview(sql, l.id, l.preview.text)),
      list.map((l) => l.preview.type),
      list.map((l) => l.last.id),
    ],
  );
}
