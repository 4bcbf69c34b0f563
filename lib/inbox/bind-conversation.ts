/** Verb: from a message on, a conversation belongs to another matter. What was before keeps its own access, as a part that has ended. */
import { allow } from "@/lib/identity";
import { noteActivity } from "@/lib/inbox/activities";
import { readConversationView } from "@/lib/inbox/get-conversation";
import { type LockedConversation, lockConversation } from "@/lib/inbox/store";
import { endPart, refreshPart, retagMessages } from "@/lib/inbox/stretches";
import type { ConversationView } from "@/lib/inbox/views";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { canRead, lockMatter } from "@/lib/matters";
import { audit } from "@/lib/platform/audit";
import { conversationTouched, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** `part`: all of the part that goes on; `now`: only what comes; else from this message on. */
export type BindFrom = "part" | "now" | Id<"message">;

/**
 * Binds a conversation to a matter, or to none. Its assignee is taken off where the wall keeps them out.
 * @throws AppError `not_found` for a conversation, matter or message that is not there for whoever acts; `precondition` `matter_closed`,
 * or `instruction_filed` where an instruction would move away from the matter it was filed to
 */
export async function bindConversation(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; matterId: Id<"matter"> | null; from: BindFrom },
): Promise<ConversationView> {
  allow(ctx, "matters.write");
  const view = await inTenantSql(ctx, async (sql) => {
    const conversation = await lockConversation(sql, input.conversationId);
    if (conversation.matterId === input.matterId) return readConversationView(sql, input.conversationId);
    const matter = input.matterId ? await lockMatter(sql, input.matterId) : null;
    if (matter?.status === "closed") throw new AppError("precondition", "matter_closed");
    const start = await boundaryOf(sql, conversation, input.from);
    await refuseFiled(sql, conversation, start);
    const whole = start === null;
    const privileged = (matter?.privileged ?? false) || (whole && conversation.privileged);
    const part = { matterId: input.matterId, privileged };
    if (start) await endPart(sql, conversation, start);
    await retagMessages(sql, conversation, start, part);
    const stays = !conversation.assigneeId || !matter || (await canRead(sql, matter, conversation.assigneeId));
    await sql.run(
      "conversation.bind",
      `update conversations set matter_id = $3, privileged = $4, stretch_since = coalesce($5::timestamptz, stretch_since),
          assignee_id = case when $6 then assignee_id end, version = version + 1 where org_id = $1 and id = $2`,
      [ctx.orgId, conversation.id, input.matterId, privileged, start, stays],
    );
    if (start) await refreshPart(sql, conversation, start);
    const at = { conversationId: conversation.id, matterId: input.matterId };
    if (!whole) await noteActivity(sql, { ...at, kind: "ended", matterId: conversation.matterId });
    if (matter) await noteActivity(sql, { ...at, kind: "bound" });
    if (!stays) await noteActivity(sql, { ...at, kind: "unassigned", personId: conversation.assigneeId });
    const shown = await readConversationView(sql, input.conversationId);
    const detail = { from: conversation.matterId, to: input.matterId, whole, assigneeKept: stays };
    await audit(sql, [{ action: "conversation.bound", subject: "conversation", subjectId: conversation.id, detail }]);
    return shown;
  });
  // whoever lost sight of it is told that something changed, and nothing else
  await publishLive(ctx.orgId, [conversationTouched(input.conversationId), { type: "access.changed" }]);
  return view;
}

/** Where the new part begins; null when nothing of the old one stays behind. */
async function boundaryOf(sql: Sql, conversation: LockedConversation, from: BindFrom): Promise<Date | null> {
  if (from === "part") return null;
  const [start] =
    from === "now"
      ? await sql.rows<{ at: Date }>("bind.now", "select date_trunc('milliseconds', clock_timestamp()) as at")
      : await sql.rows<{ at: Date }>(
          "bind.from",
          "select at from messages where org_id = $1 and conversation_id = $2 and id = $3 and at >= coalesce($4::timestamptz, '-infinity')",
          [sql.ctx.orgId, conversation.id, from, conversation.since],
        );
  if (!start) throw notFound("message");
  const [before] = await sql.rows(
    "bind.before",
    `select 1 as one from messages where org_id = $1 and conversation_id = $2 and at < $3 and at >= coalesce($4::timestamptz, '-infinity') limit 1`,
    [sql.ctx.orgId, conversation.id, start.at, conversation.since],
  );
  return before ? start.at : null;
}

/** An instruction was filed to a matter with everything that shows it; it does not follow its message to another. */
async function refuseFiled(sql: Sql, conversation: LockedConversation, start: Date | null): Promise<void> {
  const [filed] = await sql.rows(
    "bind.filed",
    `select 1 as one from instructions i join messages m on m.org_id = i.org_id and m.id = i.message_id
      where i.org_id = $1 and i.conversation_id = $2 and i.withdrawn_at is null and m.at >= coalesce($3::timestamptz, $4::timestamptz, '-infinity') limit 1`,
    [sql.ctx.orgId, conversation.id, start, conversation.since],
  );
  if (filed) throw new AppError("precondition", "instruction_filed");
}
