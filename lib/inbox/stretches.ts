/** Steps on the parts of a conversation: ending one, giving messages to one, showing the newest of one. Parts are cut by the provider's time. */
import type { Part } from "@/lib/inbox/ended-parts";
import { type LockedConversation, sealPreview, setLastMessage } from "@/lib/inbox/store";
import { listTail } from "@/lib/inbox/thread-tail";
import { previewOf, SILENT_TYPES } from "@/lib/kernel/content";
import { type Id, newId } from "@/lib/kernel/ids";
import { readBody } from "@/lib/messages";
import type { Sql } from "@/lib/platform/sql";

type Conversation = Pick<LockedConversation, "id" | "since" | "matterId" | "privileged" | "unread" | "lastActivityAt">;

/** Writes the row of the part that ends at `start`, with what its list row shows. */
export async function endPart(sql: Sql, conversation: Conversation, start: Date): Promise<void> {
  const id = newId("stretch");
  const name = await nameOf(sql, conversation.id);
  const unread = await unreadBefore(sql, conversation, start);
  await sql.run(
    "stretch.end",
    `insert into stretches (org_id, id, conversation_id, channel_id, contact_id, matter_id, privileged, name_sealed, last_activity_at, unread, until_at)
      select c.org_id, $3, c.id, c.channel_id, c.contact_id, c.matter_id, c.privileged, $4, c.last_activity_at, $5, $6
        from conversations c where c.org_id = $1 and c.id = $2`,
    [
      sql.ctx.orgId,
      conversation.id,
      id,
      name === null ? null : sql.keys.seal("stretches", "name_sealed", id, name),
      unread,
      start,
    ],
  );
  await showStretchTail(sql, conversation.id, { id, from: conversation.since, until: start });
}

/** Gives the messages of a part, from a boundary on, and what was done with them, to another matter. */
export async function retagMessages(sql: Sql, conversation: Conversation, start: Date | null, part: Part): Promise<void> {
  const from = start ?? conversation.since;
  const values = [sql.ctx.orgId, conversation.id, from, part.matterId];
  await sql.run(
    "activities.retag",
    "update activities set matter_id = $4 where org_id = $1 and conversation_id = $2 and at >= coalesce($3::timestamptz, '-infinity') and matter_id is distinct from $4",
    values,
  );
  await sql.run(
    "messages.retag",
    // only those whose mark changes are indexed anew
    `with m as (update messages m set matter_id = $4, privileged = $5 from messages o where m.org_id = $1 and m.conversation_id = $2
          and m.at >= coalesce($3::timestamptz, '-infinity') and o.org_id = m.org_id and o.id = m.id and (m.matter_id is distinct from $4 or m.privileged <> $5)
        returning m.id, o.privileged as was)
      insert into search_queue (org_id, kind, id) select $1, 'message', id from m where was <> $5 on conflict do nothing`,
    [...values, part.privileged],
  );
}

/** Puts the newest message of the part that goes on onto the conversation's row, and counts what is unread in it. */
export async function refreshPart(sql: Sql, conversation: Conversation, start: Date): Promise<void> {
  const before = await unreadBefore(sql, conversation, start);
  await sql.run("conversation.part_unread", "update conversations set unread = $3 where org_id = $1 and id = $2", [
    sql.ctx.orgId,
    conversation.id,
    Math.max(0, conversation.unread - before),
  ]);
  await showTail(sql, conversation.id, start);
}

/** The row of the part that goes on shows the newest message that still stands in it, or none. */
export async function showTail(sql: Sql, id: Id<"conversation">, since: Date | null): Promise<void> {
  const tail = await listTail(sql, id, { from: since, until: null });
  if (tail) {
    const preview = previewOf(readBody(sql, tail.id, tail.body_sealed).content);
    await setLastMessage(sql, id, { messageId: tail.id, at: tail.at, direction: tail.direction, ...preview });
    return;
  }
  await sql.run(
    "conversation.no_last",
    `update conversations set preview_sealed = null, preview_type = null, preview_direction = null, last_message_id = null,
        last_activity_at = greatest(last_activity_at, coalesce($3::timestamptz, last_activity_at)), version = version + 1 where org_id = $1 and id = $2`,
    [sql.ctx.orgId, id, since],
  );
}

/** The same for a part that has ended. */
export async function showStretchTail(
  sql: Sql,
  conversationId: string,
  part: { id: string; from: Date | null; until: Date },
): Promise<void> {
  const tail = await listTail(sql, conversationId, part);
  const preview = tail && previewOf(readBody(sql, tail.id, tail.body_sealed).content);
  await sql.run(
    "stretch.last",
    `update stretches set preview_sealed = $3, preview_type = $4, preview_direction = $5, last_message_id = $6,
        last_activity_at = coalesce($7::timestamptz, last_activity_at), version = version + 1 where org_id = $1 and id = $2`,
    [
      sql.ctx.orgId,
      part.id,
      preview ? sealPreview(sql, part.id, preview.text, "stretches") : null,
      preview?.type ?? null,
      tail?.direction ?? null,
      tail?.id ?? null,
      tail?.at ?? null,
    ],
  );
}

/** How many of the unread messages were written before a time: the newest are the unread ones. */
async function unreadBefore(sql: Sql, conversation: Conversation, at: Date): Promise<number> {
  if (conversation.unread === 0) return 0;
  const [row] = await sql.rows<{ n: number }>(
    "part.newer",
    `select count(*)::int as n from messages m where m.org_id = $1 and m.conversation_id = $2 and m.direction = 'in' and m.type <> all($3::text[]) and m.at >= $4`,
    [sql.ctx.orgId, conversation.id, SILENT_TYPES, at],
  );
  return Math.max(0, conversation.unread - (row?.n ?? 0));
}

async function nameOf(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql.rows<{ name_sealed: Buffer | null }>(
    "conversation.name",
    "select name_sealed from conversations where org_id = $1 and id = $2",
    [sql.ctx.orgId, id],
  );
  return sql.keys.openText("conversations", "name_sealed", id, row?.name_sealed ?? null);
}
