/** Verbs that change a conversation without writing to the client: assign, resolve, mark read. */

import { allow } from "@/lib/identity";
import { noteActivity } from "@/lib/inbox/activities";
import { getRow, lockConversation, toConversationRow } from "@/lib/inbox/store";
import type { ConversationRow } from "@/lib/inbox/views";
import { SILENT_TYPES } from "@/lib/kernel/content";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { canRead, lockMatter } from "@/lib/matters";
import { type AuditEntry, audit } from "@/lib/platform/audit";
import { conversationTouched, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Gives a conversation to a colleague, to oneself, or to nobody.
 * @param input.from whose it must still be; left out, it does not matter
 * @throws AppError `not_found`, also for a person who is no active member here; `conflict` when it is another's by now;
 * `precondition` `kept_out` for a person whom the matter's wall keeps out
 */
export async function assignConversation(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; userId: Id<"user"> | null; from?: Id<"user"> | null },
): Promise<ConversationRow> {
  allow(ctx, "inbox.assign");
  return change(ctx, input.conversationId, async (sql) => {
    const { assigneeId, matterId } = await lockConversation(sql, input.conversationId);
    if (assigneeId === input.userId) return null;
    if (input.from !== undefined && input.from !== assigneeId) throw new AppError("conflict", "assigned_meanwhile");
    if (input.userId) {
      const [member] = await sql.rows(
        "member.active",
        "select 1 as one from memberships where org_id = $1 and user_id = $2 and active",
        [ctx.orgId, input.userId],
      );
      if (!member) throw notFound("member");
      if (matterId && !(await canRead(sql, await lockMatter(sql, matterId), input.userId)))
        throw new AppError("precondition", "kept_out");
    }
    await sql.run(
      "conversation.assign",
      "update conversations set assignee_id = $3, version = version + 1 where org_id = $1 and id = $2",
      [ctx.orgId, input.conversationId, input.userId],
    );
    const kind = input.userId ? "assigned" : "unassigned";
    await noteActivity(sql, { kind, conversationId: input.conversationId, matterId, personId: input.userId ?? assigneeId });
    return {
      action: "conversation.assigned",
      subject: "conversation",
      subjectId: input.conversationId,
      detail: { from: assigneeId, to: input.userId },
    };
  });
}

/** Resolves or reopens. A client's message reopens by itself. @throws AppError `not_found` */
export async function setConversationStatus(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; status: "open" | "resolved" },
): Promise<ConversationRow> {
  allow(ctx, "inbox.assign");
  return change(ctx, input.conversationId, async (sql) => {
    const { status, matterId } = await lockConversation(sql, input.conversationId);
    if (status === input.status) return null;
    await sql.run(
      "conversation.status",
      "update conversations set status = $3, version = version + 1 where org_id = $1 and id = $2",
      [ctx.orgId, input.conversationId, input.status],
    );
    const kind = input.status === "open" ? "reopened" : "resolved";
    await noteActivity(sql, { kind, conversationId: input.conversationId, matterId });
    return { action: `conversation.${input.status}`, subject: "conversation", subjectId: input.conversationId };
  });
}

/**
 * Marks a conversation read up to a message. What the client wrote after it stays unread.
 * @throws AppError `not_found` for a foreign conversation or message
 */
export async function markRead(ctx: Ctx, input: { conversationId: Id<"conversation">; messageId: Id<"message"> }): Promise<void> {
  allow(ctx, "inbox.read");
  const changed = await inTenantSql(ctx, async (sql) => {
    const [seen] = await sql.rows<{ at: Date }>(
      "message.seen",
      "select at from messages where org_id = $1 and conversation_id = $2 and id = $3",
      [ctx.orgId, input.conversationId, input.messageId],
    );
    if (!seen) throw notFound("message");
    // ended parts the reader may read were read on the way
    const ended = await sql.run(
      "stretches.read",
      `update stretches s set unread = 0, version = s.version + 1 where s.org_id = $1 and s.conversation_id = $2 and s.unread > 0 and s.last_activity_at <= $3`,
      [ctx.orgId, input.conversationId, seen.at],
    );
    const n = await sql.run(
      "conversation.read",
      `update conversations c set unread = x.n, version = version + 1
        from (select least(c2.unread, (select count(*)::int from messages m where m.org_id = $1 and m.conversation_id = $2 and m.direction = 'in'
            and m.type <> all($4::text[]) and (m.at, m.id) > (select s.at, s.id from messages s where s.org_id = $1 and s.id = $3))) as n
          from conversations c2 where c2.org_id = $1 and c2.id = $2) x
        where c.org_id = $1 and c.id = $2 and c.unread <> x.n`,
      [ctx.orgId, input.conversationId, input.messageId, SILENT_TYPES],
    );
    return n + ended;
  });
  if (changed > 0) await publishLive(ctx.orgId, [conversationTouched(input.conversationId)]);
}

async function change(
  ctx: Ctx,
  conversationId: Id<"conversation">,
  work: (sql: Sql) => Promise<AuditEntry | null>,
): Promise<ConversationRow> {
  const { row, changed } = await inTenantSql(ctx, async (sql) => {
    const entry = await work(sql);
    const view = toConversationRow(sql, await getRow(sql, conversationId, userIdOf(ctx)));
    if (entry) await audit(sql, [entry]);
    return { row: view, changed: entry !== null };
  });
  if (changed) await publishLive(ctx.orgId, [conversationTouched(conversationId)]);
  return row;
}
