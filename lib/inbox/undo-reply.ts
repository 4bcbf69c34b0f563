import { allow } from "@/lib/identity";
import { lockConversation, setLastMessage } from "@/lib/inbox/store";
import { listThreadTail } from "@/lib/inbox/thread-tail";
import { previewOf } from "@/lib/kernel/content";
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
    await lockConversation(sql, conversationId);
    if (!(await cancelHeld(sql, input.messageId))) throw new AppError("precondition", "not_held");
    await showTail(sql, conversationId);
    await audit(sql, [{ action: "message.undone", subject: "message", subjectId: input.messageId, detail: { conversationId } }]);
    const { content } = readBody(sql, row.id, row.body_sealed);
    const message = toMessageView(sql, { ...row, outbox_state: "cancelled" }, false);
    return { message, text: content.kind === "text" ? content.text : null };
  });
  await publishLive(ctx.orgId, [
    conversationChanged({ conversationId: result.message.conversationId, messageId: input.messageId }),
  ]);
  return result;
}

/** The row shows the newest message that still stands. */
async function showTail(sql: Sql, conversationId: Id<"conversation">): Promise<void> {
  const tail = await listThreadTail(sql, conversationId);
  if (tail) {
    const preview = previewOf(readBody(sql, tail.id, tail.body_sealed).content);
    await setLastMessage(sql, conversationId, { messageId: tail.id, at: tail.at, direction: tail.direction, ...preview });
    return;
  }
  await sql.run(
    "conversation.no_last",
    `update conversations set preview_sealed = null, preview_type = null, preview_direction = null, last_message_id = null, version = version + 1
      where org_id = $1 and id = $2`,
    [sql.ctx.orgId, conversationId],
  );
}
