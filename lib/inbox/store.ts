/** Steps on conversation rows; the only place their sealed columns are opened. */

import { shownName, windowClosesAt } from "@/lib/inbox/model";
import type { ConversationRow } from "@/lib/inbox/views";
import { previewOf, UNOPENED } from "@/lib/kernel/content";
import { notFound } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
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
/** The list's columns: nothing asked for inbound previews, the outbox only for what is not accepted yet. `$1` is the organisation, `$2` the viewer. */
export const ROW_COLUMNS = `c.id, c.channel_id, h.name as channel_name, h.several as several_channels, c.contact_id, c.status, c.assignee_id, u.name as assignee_name, c.name_sealed,
  c.preview_sealed, c.preview_type, c.preview_direction, c.last_activity_at, c.last_inbound_at, c.unread, c.version,
  c.id in (select d.conversation_id from drafts d where d.org_id = $1 and d.user_id = $2) as has_draft,
  m.author_id, a.name as author_name, m.quality_held, m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at,
  case when m.id is not null and m.accepted_at is null then (select o.state from outbox o where o.org_id = m.org_id and o.message_id = m.id) end as outbox_state`;
export const ROW_JOINS = `join h on h.id = c.channel_id
  left join p u on u.id = c.assignee_id
  left join messages m on m.org_id = c.org_id and m.id = case when c.preview_direction = 'out' then c.last_message_id end
  left join p a on a.id = m.author_id`;

interface Preview {
  text: string;
}

/** The name on a conversation, or null when it has none or does not open. */
export const readName = (sql: Sql, r: Pick<ConversationRaw, "id" | "name_sealed">): string | null =>
  openable("conversations", r.id, () => sql.keys.openText("conversations", "name_sealed", r.id, r.name_sealed));

/** The preview on a conversation, or null when it has none; what does not open is a card that says so. */
function readPreview(sql: Sql, r: ConversationRaw): { text: string; type: string } | null {
  const { preview_sealed: sealed, preview_type: type } = r;
  if (!sealed || !type) return null;
  return (
    openable("conversations", r.id, () => {
      const { text } = JSON.parse(sql.keys.open("conversations", "preview_sealed", r.id, sealed).toString()) as Preview;
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
  };
}

export const sealPreview = (sql: Sql, conversationId: string, text: string) =>
  sql.keys.seal("conversations", "preview_sealed", conversationId, JSON.stringify({ text } satisfies Preview));

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
  }>(
    "conversation.lock",
    `select c.channel_id, c.contact_id, c.status, c.assignee_id, c.last_inbound_at, c.last_activity_at,
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

/** One row as the list shows it. @throws AppError `not_found` */
export async function getRow(sql: Sql, id: Id<"conversation">, viewer: string | null): Promise<ConversationRaw> {
  const [row] = await sql.rows<ConversationRaw>(
    "conversation.row",
    `with ${ROW_WITH} select ${ROW_COLUMNS} from conversations c ${ROW_JOINS} where c.org_id = $1 and c.id = $3`,
    [sql.ctx.orgId, viewer, id],
  );
  if (!row) throw notFound("conversation");
  return row;
}
