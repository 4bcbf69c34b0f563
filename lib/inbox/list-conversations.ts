import { allow } from "@/lib/identity";
import {
  type ConversationRaw,
  ENDED,
  GOING_ON,
  ROW_COLUMNS,
  ROW_JOINS,
  ROW_WITH,
  STANDS_IN,
  toConversationRow,
} from "@/lib/inbox/store";
import type { ConversationPage, CountsView, ViewName } from "@/lib/inbox/views";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { type Cursor, decodeCursor, encodeCursor, FIRST } from "@/lib/kernel/cursor";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

export const PAGE = 50;

/** Which rows a view holds; `$2` is the viewer. Resolved conversations are listed under All only. */
const WHERE: Record<ViewName, string> = {
  all: "true",
  mine: "c.assignee_id = $2 and c.status = 'open'",
  unassigned: "c.assignee_id is null and c.status = 'open'",
};

/**
 * Ended parts that stand for conversations the viewer may not read: in the page's stretch of time only, and under All only, since
 * nobody works on them any more.
 */
const STANDING_IN = `s as materialized (select ${ENDED} from stretches s where s.org_id = $1 and (s.last_activity_at, s.conversation_id) < ($3, $4)
    and s.last_activity_at >= coalesce((select min(g.last_activity_at) from g having count(*) > ${PAGE}), '-infinity') and ${STANDS_IN}
    order by s.last_activity_at desc, s.conversation_id desc limit ${PAGE + 1}),
  c as (select * from g union all select * from s)`;

/** The unopened rows of one page; the measured floor of the list. */
export const listRows = (sql: Sql, view: ViewName, viewer: string | null, after: Cursor) =>
  sql.rows<ConversationRaw>(
    `conversations.${view}`,
    // ids first under the covering order, then joins by whole primary keys
    `with ${ROW_WITH}, g as materialized (select ${GOING_ON} from conversations c where c.org_id = $1 and (c.last_activity_at, c.id) < ($3, $4) and ${WHERE[view]} and ($2::uuid is null or true)
        order by c.last_activity_at desc, c.id desc limit ${PAGE + 1}), ${view === "all" ? STANDING_IN : "c as (select * from g)"}
      select ${ROW_COLUMNS} from c ${ROW_JOINS} order by c.last_activity_at desc, c.id desc limit ${PAGE + 1}`,
    [sql.ctx.orgId, viewer, after.at, after.id],
  );

/**
 * A page of the inbox, newest activity first.
 * @param input.cursor of the page before, from `nextCursor`
 */
export async function listConversations(ctx: Ctx, input: { view: ViewName; cursor?: string }): Promise<ConversationPage> {
  allow(ctx, "inbox.read");
  const after = input.cursor ? decodeCursor(input.cursor) : FIRST;
  return inTenantSql(ctx, async (sql) => {
    const rows = await listRows(sql, input.view, userIdOf(ctx), after);
    const page = rows.slice(0, PAGE);
    const last = page.at(-1);
    return {
      items: page.map((r) => toConversationRow(sql, r)),
      nextCursor: rows.length > PAGE && last ? encodeCursor({ at: last.last_activity_at, id: last.id }) : null,
      serverNow: ctx.now.toISOString(),
    };
  });
}

/** Of the given conversations, those that exist here and belong to the view; for refetching rows a live event named. */
export async function listConversationsById(ctx: Ctx, input: { ids: string[]; view: ViewName }): Promise<ConversationPage> {
  allow(ctx, "inbox.read");
  return inTenantSql(ctx, async (sql) => {
    const rows = await sql.rows<ConversationRaw>(
      `conversations.by_id.${input.view}`,
      `with ${ROW_WITH}, c as (select ${GOING_ON} from conversations c where c.org_id = $1 and c.id = any($3::uuid[]) and ${WHERE[input.view]}
          ${input.view === "all" ? `union all select ${ENDED} from stretches s where s.org_id = $1 and s.conversation_id = any($3::uuid[]) and ${STANDS_IN}` : ""})
        select ${ROW_COLUMNS} from c ${ROW_JOINS} order by c.last_activity_at desc, c.id desc`,
      [ctx.orgId, userIdOf(ctx), input.ids.slice(0, PAGE)],
    );
    return { items: rows.map((r) => toConversationRow(sql, r)), nextCursor: null, serverNow: ctx.now.toISOString() };
  });
}

/** Open conversations with something unread, per view. */
export async function countUnread(ctx: Ctx): Promise<CountsView> {
  allow(ctx, "inbox.read");
  const [row] = await inTenantSql(ctx, (sql) =>
    sql.rows<CountsView>(
      "conversations.counts",
      `select count(*) filter (where assignee_id = $2)::int as mine, count(*) filter (where assignee_id is null)::int as unassigned,
          (count(*) + (select count(*) from stretches s where s.org_id = $1 and s.unread > 0 and ${STANDS_IN}))::int as all
        from conversations where org_id = $1 and unread > 0`,
      [ctx.orgId, userIdOf(ctx)],
    ),
  );
  return row ?? { mine: 0, unassigned: 0, all: 0 };
}
