/** What a message answers or reacts to, found by the provider's id inside the same conversation. */
import { previewOf } from "@/lib/kernel/content";
import { userIdOf } from "@/lib/kernel/ctx";
import { readMatterTags } from "@/lib/matters";
import { authorOf, type MessageBody, type MessageRow, readBody, viewOf } from "@/lib/messages/store";
import type { MessageView, QuotedView } from "@/lib/messages/views";
import type { Sql } from "@/lib/platform/sql";

/**
 * Rows as they leave the server, each with the matter it belongs to and the message it refers to.
 * Asks further only when some of them have one, and then once for all.
 */
export async function toMessageViews(sql: Sql, rows: readonly MessageRow[], mayResend: boolean): Promise<MessageView[]> {
  const opened = rows.map((row) => {
    const body = readBody(sql, row.id, row.body_sealed);
    return { row, content: body.content, target: targetOf(sql, body) };
  });
  const found = await findQuoted(
    sql,
    opened.flatMap(({ row, target }) => (target ? [{ conversationId: row.conversation_id, target }] : [])),
  );
  const matters = await readMatterTags(sql, [...new Set(rows.flatMap((row) => row.matter_id ?? []))]);
  const viewer = { userId: userIdOf(sql.ctx), mayResend };
  return opened.map(({ row, content, target }) => {
    const quoted = target && (found.get(placeOf(row.conversation_id, target)) ?? "missing");
    return viewOf(row, { content, quoted, matter: matters.get(row.matter_id ?? "") ?? null }, viewer);
  });
}

/** The same of one row. */
export async function toMessageView(sql: Sql, row: MessageRow, mayResend: boolean): Promise<MessageView> {
  const [view] = await toMessageViews(sql, [row], mayResend);
  if (!view) throw new Error("a row has a view");
  return view;
}

/** A wamid is looked for in the conversation that names it, and in no other. */
const placeOf = (conversationId: string, lookup: Buffer) => `${conversationId}|${lookup.toString("latin1")}`;

const targetOf = (sql: Sql, { quotes }: MessageBody): Buffer | null =>
  quotes ? sql.keys.wamidLookup(quotes.phoneNumberId, quotes.wamid) : null;

type QuotedRow = Pick<
  MessageRow,
  "id" | "conversation_id" | "direction" | "origin" | "author_id" | "author_name" | "body_sealed"
> & {
  wamid_lookup: Buffer;
};

async function findQuoted(
  sql: Sql,
  wanted: readonly { conversationId: string; target: Buffer }[],
): Promise<ReadonlyMap<string, QuotedView>> {
  if (wanted.length === 0) return new Map();
  const rows = await sql.rows<QuotedRow>(
    "messages.quoted",
    `select m.id, m.conversation_id, m.direction, m.origin, m.author_id, u.name as author_name, m.body_sealed, m.wamid_lookup
      from messages m left join users u on u.id = m.author_id
      where m.org_id = $1 and m.conversation_id = any($2::uuid[]) and m.wamid_lookup = any($3::bytea[])`,
    [sql.ctx.orgId, [...new Set(wanted.map((w) => w.conversationId))], wanted.map((w) => w.target)],
  );
  return new Map(rows.map((r) => [placeOf(r.conversation_id, r.wamid_lookup), toQuotedView(sql, r)]));
}

const toQuotedView = (sql: Sql, row: QuotedRow): QuotedView => ({
  id: row.id,
  direction: row.direction,
  origin: row.origin,
  author: authorOf(row),
  ...previewOf(readBody(sql, row.id, row.body_sealed).content),
});
