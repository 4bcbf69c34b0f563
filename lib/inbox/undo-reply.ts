import { allow } from "@/lib/identity";
import { lockConversation } from "@/lib/inbox/store";
import { showStretchTail, showTail } from "@/lib/inbox/stretches";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { cancelHeld, findMessageRow, readBody, toMessageView } from "@/lib/messages";
import type { MessageView } from "@/lib/messages/views";
import { audit } from "@/lib/platform/audit";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Takes one's own reply back while it is held: its words are nobody else's to take. The provider never sees it; its text goes back to the composer.
 * @throws AppError `not_found`; `forbidden` `not_author`; `precondition` `not_held` when it is too late
 */
export async function undoReply(
  ctx: Ctx,
  input: { messageId: Id<"message"> },
): Promise<{ message: MessageView; text: string | null }> {
  allow(ctx, "inbox.reply");
  const result = await inTenantSql(ctx, async (sql) => {
    const row = await findMessageRow(sql, input.messageId);
    if (row?.direction !== "out") throw notFound("message");
    if (row.author_id !== userIdOf(ctx)) throw new AppError("forbidden", "not_author");
    const conversationId = asId("conversation", row.conversation_id);
    const { since } = await lockConversation(sql, conversationId);
    if (!(await cancelHeld(sql, input.messageId))) throw new AppError("precondition", "not_held");
    await (since && row.at < since ? showEnded(sql, conversationId, row.at) : showTail(sql, conversationId, since));
    const { content } = readBody(sql, row.id, row.body_sealed);
    const message = await toMessageView(sql, { ...row, outbox_state: "cancelled" }, false);
    await audit(sql, [{ action: "message.undone", subject: "message", subjectId: input.messageId, detail: { conversationId } }]);
    return { message, text: content.kind === "text" ? content.text : null };
  });
  await publishLive(ctx.orgId, [
    conversationChanged({ conversationId: result.message.conversationId, messageId: input.messageId }),
  ]);
  return result;
}

/** The same for a part that ended within the hold. */
async function showEnded(sql: Sql, conversationId: string, at: Date): Promise<void> {
  const [part] = await sql.rows<{ id: string; from: Date | null; until: Date }>(
    "stretch.at",
    `select s.id, s.until_at as until, (select max(e.until_at) from stretches e where e.org_id = s.org_id and e.conversation_id = s.conversation_id
        and e.until_at < s.until_at) as "from" from stretches s where s.org_id = $1 and s.conversation_id = $2 and s.until_at > $3 order by s.until_at limit 1`,
    [sql.ctx.orgId, conversationId, at],
  );
  if (part) await showStretchTail(sql, conversationId, part);
}
