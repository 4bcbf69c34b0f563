/**
 * Parts of conversations that have ended because the conversation went on under another matter. What comes late belongs to the part in
 * whose time it was written, and is for those who may read that part.
 */
import { sealPreview } from "@/lib/inbox/store";
import { previewOf } from "@/lib/kernel/content";
import type { Id } from "@/lib/kernel/ids";
import type { InboundRow } from "@/lib/messages";
import type { Sql } from "@/lib/platform/sql";
import type { InboundMessage } from "@/lib/providers/ports";

/** Whose a part is. */
export interface Part {
  matterId: string | null;
  privileged: boolean;
}
export const UNBOUND: Part = { matterId: null, privileged: false };

/** A message that was written before the part that goes on began. */
export interface Late {
  messageId: Id<"message">;
  conversationId: Id<"conversation">;
  at: Date;
  message: InboundMessage;
}

/** Step: gives late messages among `rows` the part they belong to, and moves that part's own row. */
export async function joinEnded(sql: Sql, late: readonly Late[], rows: InboundRow[]): Promise<void> {
  if (late.length === 0) return;
  const found = await sql.rows<{ message_id: string; stretch_id: string; matter_id: string | null; privileged: boolean }>(
    "stretches.of_messages",
    `select u.id as message_id, s.id as stretch_id, s.matter_id, s.privileged from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) u (id, cv, at)
      cross join lateral (select s.id, s.matter_id, s.privileged from stretches s where s.org_id = $1 and s.conversation_id = u.cv and s.until_at > u.at
        order by s.until_at limit 1) s`,
    [sql.ctx.orgId, late.map((l) => l.messageId), late.map((l) => l.conversationId), late.map((l) => l.at)],
  );
  const parts = new Map(found.map((f) => [f.message_id, f]));
  for (const row of rows) {
    const part = parts.get(row.id);
    if (part) Object.assign(row, { matterId: part.matter_id, privileged: part.privileged } satisfies Part);
  }
  // one by one, oldest first: two late messages of one part are rare, and the newer has the last word
  for (const one of [...late].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const part = parts.get(one.messageId);
    if (part) await moveEnded(sql, part.stretch_id, one);
  }
}

async function moveEnded(sql: Sql, stretchId: string, { message, messageId, at }: Late): Promise<void> {
  const preview = previewOf(message.content);
  const waits = message.opensWindow && !message.past;
  await sql.run(
    "stretch.move",
    `update stretches s set unread = s.unread + $3::int, version = s.version + 1,
        preview_sealed = case when $4::timestamptz >= s.last_activity_at then $5 else s.preview_sealed end,
        preview_type = case when $4::timestamptz >= s.last_activity_at then $6 else s.preview_type end,
        preview_direction = case when $4::timestamptz >= s.last_activity_at then $7 else s.preview_direction end,
        last_message_id = case when $4::timestamptz >= s.last_activity_at then $8::uuid else s.last_message_id end,
        last_activity_at = greatest(s.last_activity_at, $4::timestamptz)
      where s.org_id = $1 and s.id = $2`,
    [
      sql.ctx.orgId,
      stretchId,
      waits ? 1 : 0,
      at,
      sealPreview(sql, stretchId, preview.text, "stretches"),
      preview.type,
      message.fromPhone ? "out" : "in",
      messageId,
    ],
  );
}

/** Step: a contact's new name on the ended parts of its conversations. */
export async function renameEnded(sql: Sql, names: ReadonlyMap<string, string>): Promise<void> {
  const rows = await sql.rows<{ id: string; contact_id: string }>(
    "stretches.of_contacts",
    "select id, contact_id from stretches where org_id = $1 and contact_id = any($2::uuid[])",
    [sql.ctx.orgId, [...names.keys()]],
  );
  if (rows.length === 0) return;
  await sql.run(
    "stretches.rename",
    "update stretches s set name_sealed = u.name from unnest($2::uuid[], $3::bytea[]) u (id, name) where s.org_id = $1 and s.id = u.id",
    [
      sql.ctx.orgId,
      rows.map((r) => r.id),
      rows.map((r) => sql.keys.seal("stretches", "name_sealed", r.id, names.get(r.contact_id) ?? "")),
    ],
  );
}
