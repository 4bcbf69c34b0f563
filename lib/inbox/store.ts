/** Steps on conversation rows; the only place their sealed columns are opened. */

import { shownName, windowClosesAt } from "@/lib/inbox/model";
import type { ConversationRow } from "@/lib/inbox/views";
import { previewOf, UNOPENED } from "@/lib/kernel/content";
import { notFound } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { tagOf } from "@/lib/matters";
import { authorOf } from "@/lib/messages";
import { type OutboxState, shownState, type Times } from "@/lib/messages/model";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";

export interface ConversationRaw {
  id: string;
  channel_id: string;
  channel_name: string;
  several_channels: boolean;
  contact_id: string;
  status: "open" | "resolved";
  assignee_id: string | null;
  assignee_name: string | null;
  name_sealed: Buffer | null;
  preview_sealed: Buffer | null;
  preview_type: string | null;
  preview_direction: "in" | "out" | null;
  last_activity_at: Date;
  last_inbound_at: Date | null;
  unread: number;
  version: number;
  /** The ended part of the conversation that this row is; null for the part that goes on. */
  stretch_id: string | null;
  matter_id: string | null;
  matter_reference: string | null;
  matter_title: Buffer | null;
  privileged: boolean;
  has_draft: boolean;
  author_id: string | null;
  author_name: string | null;
  quality_held: boolean | null;
  accepted_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  played_at: Date | null;
  failed_at: Date | null;
  outbox_state: OutboxState | null;
}

/**
 * The organisation's few numbers and people, read once: joined directly, row-level security would judge every channel
 * of the platform for each list. `$1` is the organisation.
 */
export const PEOPLE =
  "p as materialized (select u.id, u.name from memberships g join users u on u.id = g.user_id where g.org_id = $1)";
export const ROW_WITH = `h as materialized (select id, name, count(*) over () > 1 as several from channels where org_id = $1), ${PEOPLE}`;
/** A row's columns of the part of a conversation that goes on; `c` is conversations. */
export const GOING_ON = `c.id, c.channel_id, c.contact_id, c.status, c.assignee_id, c.name_sealed, c.preview_sealed, c.preview_type, c.preview_direction,
  c.last_message_id, c.last_activity_at, c.last_inbound_at, c.unread, c.version, c.matter_id, c.privileged, null::uuid as stretch_id`;
/** The same of a part that has ended; `s` is stretches. */
export const ENDED = `s.conversation_id as id, s.channel_id, s.contact_id, 'resolved' as status, null::uuid as assignee_id, s.name_sealed, s.preview_sealed, s.preview_type,
  s.preview_direction, s.last_message_id, s.last_activity_at, null::timestamptz as last_inbound_at, s.unread, s.version, s.matter_id, s.privileged, s.id as stretch_id`;
/** An ended part stands for its conversation where the viewer may read none that came after it. */
export const STANDS_IN = `not exists (select 1 from conversations v where v.org_id = s.org_id and v.id = s.conversation_id)
  and not exists (select 1 from stretches n where n.org_id = s.org_id and n.conversation_id = s.conversation_id and n.until_at > s.until_at)`;
/**
 * The list's columns, of rows `c`: nothing asked for inbound previews, the outbox only for what is not accepted yet. Late messages of
 * ended parts count as unread for whoever may read them. `$1` is the organisation, `$2` the viewer.
 */
export const ROW_COLUMNS = `c.id, c.channel_id, h.name as channel_name, h.several as several_channels, c.contact_id, c.status, c.assignee_id, u.name as assignee_name, c.name_sealed,
  c.preview_sealed, c.preview_type, c.preview_direction, c.last_activity_at, c.last_inbound_at, c.version, c.stretch_id,
  c.unread + (select coalesce(sum(e.unread), 0)::int from stretches e where e.org_id = $1 and e.conversation_id = c.id and e.unread > 0 and e.id is distinct from c.stretch_id) as unread,
  c.matter_id, t.reference as matter_reference, t.title_sealed as matter_title, c.privileged,
  c.id in (select d.conversation_id from drafts d where d.org_id = $1 and d.user_id = $2) as has_draft,
  m.author_id, a.name as author_name, m.quality_held, m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at,
  case when m.id is not null and m.accepted_at is null then (select o.state from outbox o where o.org_id = m.org_id and o.message_id = m.id) end as outbox_state`;
export const ROW_JOINS = `join h on h.id = c.channel_id
  left join p u on u.id = c.assignee_id
  left join matters t on t.org_id = $1 and t.id = c.matter_id
  left join messages m on m.org_id = $1 and m.id = case when c.preview_direction = 'out' then c.last_message_id end
  left join p a on a.id = m.author_id`;

interface Preview {
  text: string;
}

/** Where a row's sealed columns are bound to: an ended part has a row of its own. */
const placeOf = (r: Pick<ConversationRaw, "id" | "stretch_id">): [table: string, id: string] =>
  r.stretch_id ? ["stretches", r.stretch_id] : ["conversations", r.id];

/** The name on a conversation, or null when it has none or does not open. */
export function readName(sql: Sql, r: Pick<ConversationRaw, "id" | "stretch_id" | "name_sealed">): string | null {
  const [table, id] = placeOf(r);
  return openable(table, id, () => sql.keys.openText(table, "name_sealed", id, r.name_sealed));
}

/** The preview on a conversation, or null when it has none; what does not open is a card that says so. */
function readPreview(sql: Sql, r: ConversationRaw): { text: string; type: string } | null {
  const { preview_sealed: sealed, preview_type: type } = r;
  if (!sealed || !type) return null;
  const [table, id] = placeOf(r);
  return (
    openable(table, id, () => {
      const { text } = JSON.parse(sql.keys.open(table, "preview_sealed", id, sealed).toString()) as Preview;
      return { text, type };
    }) ?? previewOf(UNOPENED)
  );
}

/** A row as it leaves the server. */
export function toConversationRow(sql: Sql, r: ConversationRaw): ConversationRow {
  const preview = readPreview(sql, r);
  const times: Times = {
    acceptedAt: r.accepted_at,
    sentAt: r.sent_at,
    deliveredAt: r.delivered_at,
    readAt: r.read_at,
    playedAt: r.played_at,
    failedAt: r.failed_at,
  };
  return {
    id: r.id,
    name: readName(sql, r) ?? shownName(null, null, r.contact_id),
    channel: { id: r.channel_id, name: r.channel_name, several: r.several_channels },
    preview:
      preview === null || !r.preview_direction
        ? null
        : {
            ...preview,
            direction: r.preview_direction,
            author: authorOf(r),
            state: shownState({
              ...times,
              direction: r.preview_direction,
              qualityHeld: r.quality_held ?? false,
              outbox: r.outbox_state,
            }),
          },
    lastActivityAt: r.last_activity_at.toISOString(),
    unread: r.unread,
    assignee: r.assignee_id ? { id: r.assignee_id, name: r.assignee_name ?? "" } : null,
    status: r.status,
    windowClosesAt: windowClosesAt(r.last_inbound_at)?.toISOString() ?? null,
    hasDraft: r.has_draft,
    version: r.version,
    matter:
      r.matter_id && r.matter_reference && r.matter_title
        ? tagOf(sql, { id: r.matter_id, reference: r.matter_reference, title_sealed: r.matter_title })
        : null,
    privileged: r.privileged,
    ended: r.stretch_id !== null,
  };
}

/** @param table `stretches` for the preview of an ended part, bound to that part's own id */
export const sealPreview = (sql: Sql, id: string, text: string, table: "conversations" | "stretches" = "conversations") =>
  sql.keys.seal(table, "preview_sealed", id, JSON.stringify({ text } satisfies Preview));

export interface LockedConversation {
  id: Id<"conversation">;
  channelId: Id<"channel">;
  contactId: Id<"contact">;
  status: "open" | "resolved";
  assigneeId: string | null;
  lastInboundAt: Date | null;
  lastActivityAt: Date;
  windowOpen: boolean;
  undoSeconds: number;
  matterId: Id<"matter"> | null;
  privileged: boolean;
  /** When the part that goes on began; null when it is the first. */
  since: Date | null;
  unread: number;
}

/** A conversation, locked until the transaction ends: two people meet here. @throws AppError `not_found` */
export async function lockConversation(sql: Sql, id: Id<"conversation">): Promise<LockedConversation> {
  const [r] = await sql.rows<{
    channel_id: string;
    contact_id: string;
    status: "open" | "resolved";
    assignee_id: string | null;
    last_inbound_at: Date | null;
    last_activity_at: Date;
    window_open: boolean;
    undo_seconds: number;
    matter_id: string | null;
    privileged: boolean;
    stretch_since: Date | null;
    unread: number;
  }>(
    "conversation.lock",
    `select c.channel_id, c.contact_id, c.status, c.assignee_id, c.last_inbound_at, c.last_activity_at, c.matter_id, c.privileged, c.stretch_since, c.unread,
        coalesce(c.last_inbound_at > now() - interval '24 hours', false) as window_open, o.undo_seconds
      from conversations c join organisations o on o.id = c.org_id where c.org_id = $1 and c.id = $2 for update of c`,
    [sql.ctx.orgId, id],
  );
  if (!r) throw notFound("conversation");
  return {
    id,
    channelId: asId("channel", r.channel_id),
    contactId: asId("contact", r.contact_id),
    status: r.status,
    assigneeId: r.assignee_id,
    lastInboundAt: r.last_inbound_at,
    lastActivityAt: r.last_activity_at,
    windowOpen: r.window_open,
    undoSeconds: r.undo_seconds,
    matterId: r.matter_id ? asId("matter", r.matter_id) : null,
    privileged: r.privileged,
    since: r.stretch_since,
    unread: r.unread,
  };
}

/** Puts a message on the row as its newest: preview, time, version. */
export async function setLastMessage(
  sql: Sql,
  id: Id<"conversation">,
  last: { messageId: string; at: Date; direction: "in" | "out"; type: string; text: string },
): Promise<void> {
  await sql.run(
    "conversation.last",
    `update conversations set preview_sealed = $3, preview_type = $4, preview_direction = $5, last_message_id = $6, last_activity_at = $7,
        version = version + 1 where org_id = $1 and id = $2`,
    [sql.ctx.orgId, id, sealPreview(sql, id, last.text), last.type, last.direction, last.messageId, last.at],
  );
}

/** One row as the list shows it: the part that goes on, or the newest ended one the viewer may read. @throws AppError `not_found` */
export async function getRow(sql: Sql, id: Id<"conversation">, viewer: string | null): Promise<ConversationRaw> {
  const [row] = await sql.rows<ConversationRaw>(
    "conversation.row",
    `with ${ROW_WITH}, c as (select ${GOING_ON} from conversations c where c.org_id = $1 and c.id = $3
        union all select ${ENDED} from stretches s where s.org_id = $1 and s.conversation_id = $3 and ${STANDS_IN})
      select ${ROW_COLUMNS} from c ${ROW_JOINS}`,
    [sql.ctx.orgId, viewer, id],
  );
  if (!row) throw notFound("conversation");
  return row;
}
