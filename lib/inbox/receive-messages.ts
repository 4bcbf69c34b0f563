/** Step: told messages onto conversations, set-wise, inside the organisation's own lock; each row is written once. */

import { type ResolvedContact, replyIdentity } from "@/lib/contacts";
import { joinEnded, type Late, type Part, renameEnded, UNBOUND } from "@/lib/inbox/ended-parts";
import { shownName } from "@/lib/inbox/model";
import { sealPreview } from "@/lib/inbox/store";
import { PLACEHOLDER, previewOf, typeOf } from "@/lib/kernel/content";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { addMs, minutes, seconds } from "@/lib/kernel/time";
import { fillPlaceholders, type InboundRow, insertInbound, knownMessages } from "@/lib/messages";
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
/** A conversation that is here already, and the part of it that goes on. */
interface Known {
  id: Id<"conversation">;
  since: Date | null;
  part: Part;
}
/** What a batch does to one conversation. */
interface Move {
  id: Id<"conversation">;
  isNew: boolean;
  item: Received;
  unread: number;
  last: { id: Id<"message">; at: Date; item: Received };
  inboundAt: Date | null;
  /** Where the client was heard from last. */
  reply: { to: Id<"identity">; at: Date } | null;
}

/**
 * Stores messages not seen before, makes missing conversations, moves list rows.
 * @param named contacts without a message, whose name may have changed
 * @returns the messages that were new
 */
export async function receiveMessages(
  sql: Sql,
  items: readonly Received[],
  named: readonly ResolvedContact[] = [],
): Promise<Arrived[]> {
  await renameConversations(sql, [...items.map((i) => i.contact), ...named]);
  const { fresh, known: told } = await tellApart(sql, items);
  const filled = await fill(sql, told);
  if (fresh.length === 0) return filled;
  const known = await findConversations(sql, fresh);
  const moves = new Map<string, Move>();
  const rows: InboundRow[] = [];
  const late: Late[] = [];
  for (const item of fresh) {
    const messageId = newId("message");
    const conversation = known.get(pairOf(item.channelId, item.contact.id));
    const at = placeOf(item, conversation?.since ?? null);
    const isLate = conversation?.since != null && at < conversation.since;
    const move = plan(moves, conversation?.id, { item, id: messageId, at }, isLate);
    if (isLate) late.push({ messageId, conversationId: move.id, at, message: item.message });
    rows.push({ ...rowOf(item, messageId, move.id, conversation?.part ?? UNBOUND), at });
  }
  await joinEnded(sql, late, rows);
  const all = [...moves.values()];
  await insertConversations(
    sql,
    all.filter((m) => m.isNew),
  );
  await moveConversations(
    sql,
    all.filter((m) => !m.isNew),
  );
  await insertInbound(sql, rows);
  return [...rows.map((r) => ({ conversationId: r.conversationId, messageId: r.id })), ...filled];
}

/** A wamid seen before on its number, or twice in the batch, is the same message; a file goes before its own placeholder. */
async function tellApart(sql: Sql, items: readonly Received[]): Promise<{ fresh: Received[]; known: Received[] }> {
  const isFile = (item: Received) => typeOf(item.message.content) !== PLACEHOLDER;
  const filesLast = [...items.filter((item) => !isFile(item)), ...items.filter(isFile)];
  const unique = [...new Map(filesLast.map((item) => [`${item.message.phoneNumberId}|${item.message.wamid}`, item])).values()];
  const known = await knownMessages(
    sql,
    unique.map((item) => item.message),
  );
  return { fresh: unique.filter((i) => !known.has(i.message)), known: unique.filter((i) => known.has(i.message)) };
}

/** Files of the past whose messages stand already. */
async function fill(sql: Sql, known: readonly Received[]): Promise<Arrived[]> {
  const filled = await fillPlaceholders(
    sql,
    known.map((item) => item.message),
  );
  if (filled.length === 0) return [];
  const previews = filled.map(({ content }) => previewOf(content));
  await sql.run(
    "conversations.filled",
    `update conversations c set preview_sealed = u.preview, preview_type = u.type, version = version + 1
      from unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::text[]) u (id, message, preview, type)
      where c.org_id = $1 and c.id = u.id and c.last_message_id = u.message`,
    [
      sql.ctx.orgId,
      filled.map((f) => f.conversationId),
      filled.map((f) => f.messageId),
      filled.map((f, i) => sealPreview(sql, f.conversationId, previews[i]?.text ?? "")),
      previews.map((p) => p.type),
    ],
  );
  return filled.map((f) => ({
    conversationId: asId("conversation", f.conversationId),
    messageId: asId("message", f.messageId),
  }));
}

const pairOf = (channelId: string, contactId: string) => `${channelId}|${contactId}`;

async function findConversations(sql: Sql, items: readonly Received[]): Promise<Map<string, Known>> {
  const pairs = new Map(items.map((i) => [pairOf(i.channelId, i.contact.id), i]));
  const list = [...pairs.values()];
  // locked, so that what is bound meanwhile waits: a message must not come in under the matter that was
  const rows = await sql.rows<{
    id: string;
    channel_id: string;
    contact_id: string;
    matter_id: string | null;
    privileged: boolean;
    stretch_since: Date | null;
  }>(
    "conversations.find",
    `select c.id, c.channel_id, c.contact_id, c.matter_id, c.privileged, c.stretch_since from unnest($2::uuid[], $3::uuid[]) u (channel_id, contact_id)
      join conversations c on c.org_id = $1 and c.channel_id = u.channel_id and c.contact_id = u.contact_id for no key update of c`,
    [sql.ctx.orgId, list.map((i) => i.channelId), list.map((i) => i.contact.id)],
  );
  return new Map(
    rows.map((r) => [
      pairOf(r.channel_id, r.contact_id),
      {
        id: asId("conversation", r.id),
        since: r.stretch_since,
        part: { matterId: r.matter_id, privileged: r.privileged },
      },
    ]),
  );
}

function plan(moves: Map<string, Move>, id: Id<"conversation"> | undefined, last: Move["last"], isLate: boolean): Move {
  const { item, at } = last;
  const pair = pairOf(item.channelId, item.contact.id);
  const { message } = item;
  const fresh = { id: id ?? newId("conversation"), isNew: !id, item, unread: 0, last, inboundAt: null, reply: null };
  const move: Move = moves.get(pair) ?? fresh;
  moves.set(pair, move);
  const to = message.fromPhone ? null : replyIdentity(item.contact, message.sender);
  // a clock ahead of ours must neither stretch the window nor outrank what comes after it
  const heardAt = message.at < item.receivedAt ? message.at : item.receivedAt;
  if (to && !(move.reply && move.reply.at > heardAt)) move.reply = { to, at: heardAt };
  if (at > move.last.at || (at.getTime() === move.last.at.getTime() && last.id > move.last.id)) move.last = last;
  // what the phone app tells of its past opens no window and waits for nobody
  if (!message.opensWindow || message.past) return move;
  if (!isLate) move.unread++;
  if (move.inboundAt === null || heardAt > move.inboundAt) move.inboundAt = heardAt;
  return move;
}

/**
 * Where a message stands in time: as the provider says, but never ahead of our clock by more than it may be wrong. Meta tells whole
 * seconds: what comes in the second in which a part began belongs to that part, and not to the one that ended in it.
 */
const AHEAD = minutes(2);
const SECOND = seconds(1);
function placeOf({ message, receivedAt }: Received, since: Date | null): Date {
  const latest = addMs(receivedAt, AHEAD);
  const at = message.at < latest ? message.at : latest;
  const sameSecond = since !== null && Math.floor(at.getTime() / SECOND) === Math.floor(since.getTime() / SECOND);
  return sameSecond && at < since ? since : at;
}

function rowOf(item: Received, id: Id<"message">, conversationId: Id<"conversation">, part: Part): Omit<InboundRow, "at"> {
  const { phoneNumberId, wamid, content, quotes, raw, fromPhone } = item.message;
  return {
    id,
    conversationId,
    reached: fromPhone?.reached ?? null,
    phoneNumberId,
    wamid,
    type: typeOf(content),
    body: { content, ...(quotes ? { quotes: { phoneNumberId, wamid: quotes } } : {}), ...(raw ? { raw } : {}) },
    receivedAt: item.receivedAt,
    ...part,
  };
}

const sealedName = (sql: Sql, m: Move) =>
  sql.keys.seal(
    "conversations",
    "name_sealed",
    m.id,
    shownName(m.item.contact.name, m.item.message.sender.phone, m.item.contact.id),
  );

async function insertConversations(sql: Sql, moves: Move[]): Promise<void> {
  if (moves.length === 0) return;
  const previews = moves.map((m) => previewOf(m.last.item.message.content));
  await sql.run(
    "conversations.insert",
    `insert into conversations (org_id, id, channel_id, contact_id, name_sealed, preview_sealed, preview_type, preview_direction, last_message_id,
        last_activity_at, last_inbound_at, unread, reply_identity_id, reply_identity_at)
      select $1, u.id, u.channel, u.contact, u.name, u.preview, u.type, u.direction, u.message, u.at, u.inbound, u.unread, u.reply, u.reply_at
      from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::text[], $8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::int[],
        $12::uuid[], $13::timestamptz[], $14::text[]) u (id, channel, contact, name, preview, type, message, at, inbound, unread, reply, reply_at, direction)`,
    [
      sql.ctx.orgId,
      moves.map((m) => m.id),
      moves.map((m) => m.item.channelId),
      moves.map((m) => m.item.contact.id),
      moves.map((m) => sealedName(sql, m)),
      moves.map((m, i) => sealPreview(sql, m.id, previews[i]?.text ?? "")),
      previews.map((p) => p.type),
      moves.map((m) => m.last.id),
      moves.map((m) => m.last.at),
      moves.map((m) => m.inboundAt),
      moves.map((m) => m.unread),
      moves.map((m) => m.reply?.to ?? null),
      moves.map((m) => m.reply?.at ?? null),
      moves.map(directionOf),
    ],
  );
}
const directionOf = ({ last }: Move) => (last.item.message.fromPhone ? "out" : "in");

async function moveConversations(sql: Sql, moves: Move[]): Promise<void> {
  if (moves.length === 0) return;
  const previews = moves.map((m) => previewOf(m.last.item.message.content));
  await sql.run(
    "conversations.move",
    `update conversations c set unread = c.unread + u.unread, version = c.version + 1, status = case when u.unread > 0 then 'open' else c.status end,
        last_inbound_at = greatest(c.last_inbound_at, u.inbound),
        preview_sealed = case when u.at >= c.last_activity_at then u.preview else c.preview_sealed end,
        preview_type = case when u.at >= c.last_activity_at then u.type else c.preview_type end,
        preview_direction = case when u.at >= c.last_activity_at then u.direction else c.preview_direction end,
        last_message_id = case when u.at >= c.last_activity_at then u.message else c.last_message_id end,
        last_activity_at = greatest(c.last_activity_at, u.at),
        reply_identity_id = case when u.reply_at >= coalesce(c.reply_identity_at, '-infinity') then u.reply else c.reply_identity_id end,
        reply_identity_at = greatest(c.reply_identity_at, u.reply_at)
      from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::bytea[], $7::text[], $8::uuid[], $9::uuid[], $10::timestamptz[], $11::text[])
        u (id, unread, at, inbound, preview, type, message, reply, reply_at, direction)
      where c.org_id = $1 and c.id = u.id`,
    [
      sql.ctx.orgId,
      moves.map((m) => m.id),
      moves.map((m) => m.unread),
      moves.map((m) => m.last.at),
      moves.map((m) => m.inboundAt),
      moves.map((m, i) => sealPreview(sql, m.id, previews[i]?.text ?? "")),
      previews.map((p) => p.type),
      moves.map((m) => m.last.id),
      moves.map((m) => m.reply?.to ?? null),
      moves.map((m) => m.reply?.at ?? null),
      moves.map(directionOf),
    ],
  );
}

/** A contact's new name on all its conversations, also those on other numbers. */
async function renameConversations(sql: Sql, contacts: readonly ResolvedContact[]): Promise<void> {
  const names = new Map(contacts.flatMap((c) => (c.renamed && c.name ? [[c.id as string, c.name] as const] : [])));
  if (names.size === 0) return;
  const rows = await sql.rows<{ id: string; contact_id: string }>(
    "conversations.of_contacts",
    "select id, contact_id from conversations where org_id = $1 and contact_id = any($2::uuid[])",
    [sql.ctx.orgId, [...names.keys()]],
  );
  if (rows.length === 0) return;
  const sealed = rows.map((r) => sql.keys.seal("conversations", "name_sealed", r.id, names.get(r.contact_id) ?? ""));
  await sql.run(
    "conversations.rename",
    "update conversations c set name_sealed = u.name from unnest($2::uuid[], $3::bytea[]) u (id, name) where c.org_id = $1 and c.id = u.id",
    [sql.ctx.orgId, rows.map((r) => r.id), sealed],
  );
  await renameEnded(sql, names);
}
