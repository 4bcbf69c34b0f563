/** The timeline of a matter: what was said and done under it, over all its conversations, newest first. */
import { allow, can } from "@/lib/identity";
import { notePrivilegedView } from "@/lib/inbox/privileged-view";
import type { ActivityKind, TimelineItem, TimelinePage } from "@/lib/inbox/views";
import type { Ctx } from "@/lib/kernel/ctx";
import { type Cursor, decodeCursor, encodeCursor, FIRST } from "@/lib/kernel/cursor";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { readMatterTags } from "@/lib/matters";
import { MESSAGE_COLUMNS, MESSAGE_JOINS, type MessageRow, toMessageViews } from "@/lib/messages";
import { openable } from "@/lib/platform/crypto/openable";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

const PAGE = 50;

/**
 * A page of a matter's timeline.
 * @param input.only messages, or what was done, or both
 * @throws AppError `not_found`, also behind a wall
 */
export async function listTimeline(
  ctx: Ctx,
  input: { matterId: Id<"matter">; cursor?: string; only?: "messages" | "activities" },
): Promise<TimelinePage> {
  allow(ctx, "inbox.read");
  return inTenantSql(ctx, async (sql) => {
    if (!(await readMatterTags(sql, [input.matterId])).has(input.matterId)) throw notFound("matter");
    const before = input.cursor ? decodeCursor(input.cursor) : FIRST;
    const messages = input.only === "activities" ? [] : await messagesBefore(sql, input.matterId, before);
    const done = input.only === "messages" ? [] : await activitiesBefore(sql, input.matterId, before);
    const merged = [
      ...messages.map((row) => ({ at: row.at, id: row.id, message: row })),
      ...done.map((row) => ({ at: row.at, id: row.id, done: row })),
    ]
      .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))
      .slice(0, PAGE + 1);
    const page = merged.slice(0, PAGE);
    const rows = page.flatMap((one) => ("message" in one ? [one.message] : []));
    const views = new Map((await toMessageViews(sql, rows, can(ctx, "inbox.resend"))).map((view) => [view.id, view]));
    const items = page.flatMap((one): TimelineItem[] => {
      if ("done" in one) return [{ type: "activity", activity: toActivityView(sql, one.done) }];
      const message = views.get(one.id);
      return message ? [{ type: "message", message }] : [];
    });
    const last = page.at(-1);
    for (const id of new Set(rows.filter((r) => r.privileged).map((r) => r.conversation_id))) await notePrivilegedView(sql, id);
    return { items, nextCursor: merged.length > PAGE && last ? encodeCursor(last) : null };
  });
}

const messagesBefore = (sql: Sql, matterId: string, before: Cursor) =>
  sql.rows<MessageRow>(
    "timeline.messages",
    `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_JOINS} where m.org_id = $1 and m.matter_id = $2 and (m.at, m.id) < ($3, $4)
        and (o.state is null or o.state <> 'cancelled') order by m.at desc, m.id desc limit ${PAGE + 1}`,
    [sql.ctx.orgId, matterId, before.at, before.id],
  );

interface ActivityRow {
  id: string;
  kind: ActivityKind;
  at: Date;
  conversation_id: string;
  message_id: string | null;
  actor_id: string | null;
  actor_name: string | null;
  person_id: string | null;
  person_name: string | null;
  instruction_id: string | null;
  sha256_sealed: Buffer | null;
}
const activitiesBefore = (sql: Sql, matterId: string, before: Cursor) =>
  sql.rows<ActivityRow>(
    "timeline.activities",
    `select a.id, a.kind, a.at, a.conversation_id, a.message_id, a.actor_id, u.name as actor_name, a.person_id, p.name as person_name,
        i.id as instruction_id, i.sha256_sealed from activities a
      left join users u on u.id = a.actor_id left join users p on p.id = a.person_id
      left join lateral (select i.id, i.sha256_sealed from instructions i where a.kind = 'filed' and i.org_id = a.org_id and i.message_id = a.message_id
        and i.filed_at <= a.at order by i.filed_at desc limit 1) i on true
      where a.org_id = $1 and a.matter_id = $2 and (a.at, a.id) < ($3, $4) order by a.at desc, a.id desc limit ${PAGE + 1}`,
    [sql.ctx.orgId, matterId, before.at, before.id],
  );

const toActivityView = (sql: Sql, r: ActivityRow): Extract<TimelineItem, { type: "activity" }>["activity"] => ({
  id: r.id,
  kind: r.kind,
  at: r.at.toISOString(),
  actor: r.actor_id ? { id: r.actor_id, name: r.actor_name ?? "" } : null,
  person: r.person_id ? { id: r.person_id, name: r.person_name ?? "" } : null,
  conversationId: r.conversation_id,
  messageId: r.message_id,
  sha256: hashOf(sql, r.instruction_id, r.sha256_sealed),
});

const hashOf = (sql: Sql, id: string | null, sealed: Buffer | null): string | null =>
  id && openable("instructions", id, () => sql.keys.openText("instructions", "sha256_sealed", id, sealed));
