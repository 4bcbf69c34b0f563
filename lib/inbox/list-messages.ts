import { allow, can } from "@/lib/identity";
import { notePrivilegedView } from "@/lib/inbox/privileged-view";
import type { Ctx } from "@/lib/kernel/ctx";
import { type Cursor, decodeCursor, encodeCursor, FIRST } from "@/lib/kernel/cursor";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { findMessageRow, MESSAGE_COLUMNS, MESSAGE_JOINS, type MessageRow, toMessageViews } from "@/lib/messages";
import type { MessagePage } from "@/lib/messages/views";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

export const THREAD_PAGE = 50;

// what was taken back within its hold never left the house and is not shown
const SHOWN = "(o.state is null or o.state <> 'cancelled')";

/** The unopened rows of one page of a thread, newest first; the measured floor of the thread. */
export const threadRows = (sql: Sql, conversationId: string, before: Cursor) =>
  sql.rows<MessageRow>(
    "messages.thread",
    `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_JOINS}
      where m.org_id = $1 and m.conversation_id = $2 and (m.at, m.id) < ($3, $4) and ${SHOWN} order by m.at desc, m.id desc limit ${THREAD_PAGE + 1}`,
    [sql.ctx.orgId, conversationId, before.at, before.id],
  );

const rowsAfter = (sql: Sql, conversationId: string, after: Cursor) =>
  sql.rows<MessageRow>(
    "messages.thread_after",
    `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_JOINS}
      where m.org_id = $1 and m.conversation_id = $2 and (m.at, m.id) >= ($3, $4) and ${SHOWN} order by m.at, m.id limit ${THREAD_PAGE}`,
    [sql.ctx.orgId, conversationId, after.at, after.id],
  );

/**
 * A page of a thread, oldest to newest inside the page.
 * @param input.cursor leads to older messages; `after` and `around` name a message to start from
 * @throws AppError `not_found` for a foreign or missing conversation or message
 */
export async function listMessages(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; cursor?: string; after?: Id<"message">; around?: Id<"message"> },
): Promise<MessagePage> {
  allow(ctx, "inbox.read");
  return inTenantSql(ctx, async (sql) => {
    const anchorId = input.around ?? input.after;
    let rows: MessageRow[];
    let more = false;
    if (anchorId) {
      const anchor = await findMessageRow(sql, anchorId);
      if (!anchor || anchor.conversation_id !== input.conversationId) throw notFound("message");
      const newer = await rowsAfter(sql, input.conversationId, anchor);
      const older = input.around ? await threadRows(sql, input.conversationId, anchor) : [];
      more = older.length > THREAD_PAGE;
      rows = [...older.slice(0, THREAD_PAGE).reverse(), ...newer];
    } else {
      const found = await threadRows(sql, input.conversationId, input.cursor ? decodeCursor(input.cursor) : FIRST);
      if (found.length === 0) await assertExists(sql, input.conversationId);
      more = found.length > THREAD_PAGE;
      rows = found.slice(0, THREAD_PAGE).reverse();
    }
    const first = rows[0];
    const items = await toMessageViews(sql, rows, can(ctx, "inbox.resend"));
    if (rows.some((row) => row.privileged)) await notePrivilegedView(sql, input.conversationId);
    return { items, nextCursor: more && first ? encodeCursor(first) : null };
  });
}

async function assertExists(sql: Sql, id: string): Promise<void> {
  const [row] = await sql.rows(
    "conversation.exists",
    `select 1 as one from conversations where org_id = $1 and id = $2
      union all select 1 from stretches where org_id = $1 and conversation_id = $2 limit 1`,
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("conversation");
}
