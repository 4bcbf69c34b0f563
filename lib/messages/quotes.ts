/** What a message answers or reacts to, found by the provider's id inside the same conversation. */
import { previewOf } from "@/lib/kernel/content";
import { userIdOf } from "@/lib/kernel/ctx";
import { authorOf, type MessageBody, type MessageRow, openedOf, readBody, viewOf } from "@/lib/messages/store";
import type { MessageView, QuotedView } from "@/lib/messages/views";
import type { Sql } from "@/lib/platform/sql";

/**
 * Rows of one conversation as they leave the server, each with the message it refers to.
 * Asks further only when some of them refer to one, and then once for all.
 */
export async function toMessageViews(sql: Sql, rows: readonly MessageRow[], mayResend: boolean): Promise<MessageView[]> {
  const opened = rows.map((row) => {
    const body = readBody(sql, row.id, row.body_sealed);
    return { row, content: body.content, target: targetOf(sql, body) };
  });
  const targets = opened.flatMap(({ target }) => target ?? []);
  const found = rows[0] && targets.length > 0 ? await findQuoted(sql, rows[0].conversation_id, targets) : NONE;
  const viewer = { userId: userIdOf(sql.ctx), mayResend };
  return opened.map(({ row, content, target }) =>
    viewOf(row, openedOf(sql, row, content, target && (found.get(target.toString("latin1")) ?? "missing")), viewer),
  );
}
const NONE: ReadonlyMap<string, QuotedView> = new Map();

const targetOf = (sql: Sql, { quotes }: MessageBody): Buffer | null =>
  quotes ? sql.keys.wamidLookup(quotes.phoneNumberId, quotes.wamid) : null;

type QuotedRow = Pick<MessageRow, "id" | "direction" | "origin" | "author_id" | "author_name" | "body_sealed"> & {
  wamid_lookup: Buffer;
};

async function findQuoted(sql: Sql, conversationId: string, lookups: Buffer[]): Promise<ReadonlyMap<string, QuotedView>> {
  const rows = await sql.rows<QuotedRow>(
    "messages.quoted",
    `select m.id, m.direction, m.origin, m.author_id, u.name as author_name, m.body_sealed, m.wamid_lookup
      from messages m left join users u on u.id = m.author_id
      where m.org_id = $1 and m.conversation_id = $2 and m.wamid_lookup = any($3::bytea[])`,
    [sql.ctx.orgId, conversationId, lookups],
  );
  return new Map(rows.map((r) => [r.wamid_lookup.toString("latin1"), toQuotedView(sql, r)]));
}

const toQuotedView = (sql: Sql, row: QuotedRow): QuotedView => ({
  id: row.id,
  direction: row.direction,
  origin: row.origin,
  author: authorOf(row),
  ...previewOf(readBody(sql, row.id, row.body_sealed).content),
});
