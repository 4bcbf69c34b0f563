/** Step: files of a past that was told without them take the place of their placeholders. */
import { type ContentView, PLACEHOLDER, typeOf } from "@/lib/kernel/content";
import { sealBody } from "@/lib/messages/store";
import type { Sql } from "@/lib/platform/sql";
import type { InboundMessage } from "@/lib/providers/ports";

export interface Filled {
  conversationId: string;
  messageId: string;
  content: ContentView;
}

/**
 * Gives placeholders their content, found by the provider's id. A message that is none, or is one no more, is left as it is.
 * @param messages of the past, each with a content of its own
 */
export async function fillPlaceholders(sql: Sql, messages: readonly InboundMessage[]): Promise<Filled[]> {
  const files = messages.filter((m) => m.past && typeOf(m.content) !== PLACEHOLDER);
  if (files.length === 0) return [];
  const by = new Map(files.map((m) => [sql.keys.wamidLookup(m.phoneNumberId, m.wamid).toString("hex"), m]));
  const rows = await sql.rows<{ id: string; conversation_id: string; wamid_lookup: Buffer }>(
    "messages.placeholders",
    `select id, conversation_id, wamid_lookup from messages
      where org_id = $1 and wamid_lookup = any($2::bytea[]) and type = '${PLACEHOLDER}' for update`,
    [sql.ctx.orgId, [...by.keys()].map((hex) => Buffer.from(hex, "hex"))],
  );
  const found = rows.flatMap(({ id, conversation_id, wamid_lookup }) => {
    const message = by.get(wamid_lookup.toString("hex"));
    return message ? [{ id, conversation_id, message }] : [];
  });
  if (found.length === 0) return [];
  await sql.run(
    "messages.fill",
    `with f as (update messages m set type = u.type, body_sealed = u.body from unnest($2::uuid[], $3::text[], $4::bytea[]) u (id, type, body)
        where m.org_id = $1 and m.id = u.id returning m.id)
      insert into search_queue (org_id, kind, id) select $1, 'message', id from f on conflict do nothing`,
    [
      sql.ctx.orgId,
      found.map((f) => f.id),
      found.map((f) => typeOf(f.message.content)),
      found.map(({ id, message: { content, raw } }) => sealBody(sql, id, { content, ...(raw ? { raw } : {}) })),
    ],
  );
  return found.map((f) => ({ conversationId: f.conversation_id, messageId: f.id, content: f.message.content }));
}
