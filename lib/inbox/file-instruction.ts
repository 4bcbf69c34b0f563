/** Verbs: a message is filed to its matter as the client's instruction, or that is taken back. The record stays either way. */
import { createHash } from "node:crypto";
import { allow, can } from "@/lib/identity";
import { noteActivity } from "@/lib/inbox/activities";
import { lockConversation } from "@/lib/inbox/store";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { findMessageRow, type MessageRow, openBody, toMessageView } from "@/lib/messages";
import type { MessageView } from "@/lib/messages/views";
import { type AuditEntry, audit } from "@/lib/platform/audit";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Files a message to the matter its part of the conversation is bound to: who did it, when, and the SHA-256 of what was said.
 * Filing what is filed changes nothing.
 * @throws AppError `not_found`; `precondition` `not_bound` when there is no matter
 */
export const fileInstruction = (ctx: Ctx, input: { messageId: Id<"message"> }): Promise<MessageView> =>
  change(ctx, input.messageId, async (sql, row) => {
    if (row.filed_at) return null;
    if (!row.matter_id) throw new AppError("precondition", "not_bound");
    const id = newId("instruction");
    await sql.run(
      "instruction.file",
      `insert into instructions (org_id, id, message_id, conversation_id, matter_id, filed_by, sha256_sealed) values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        ctx.orgId,
        id,
        row.id,
        row.conversation_id,
        row.matter_id,
        userIdOf(ctx),
        sql.keys.seal("instructions", "sha256_sealed", id, digestOf(sql, row)),
      ],
    );
    return "filed";
  });

/** Takes a filing back; that it was filed and withdrawn stays on record. @throws AppError `not_found` */
export const withdrawInstruction = (ctx: Ctx, input: { messageId: Id<"message"> }): Promise<MessageView> =>
  change(ctx, input.messageId, async (sql, row) => {
    const n = await sql.run(
      "instruction.withdraw",
      "update instructions set withdrawn_by = $3, withdrawn_at = clock_timestamp() where org_id = $1 and message_id = $2 and withdrawn_at is null",
      [ctx.orgId, row.id, userIdOf(ctx)],
    );
    return n > 0 ? "withdrawn" : null;
  });

/** What the hash is taken over: id, direction, provider's time and content, as JSON. Sealed beside it, since short words can be guessed from a hash. */
const digestOf = (sql: Sql, row: MessageRow): string =>
  createHash("sha256")
    .update(JSON.stringify([row.id, row.direction, row.at.toISOString(), openBody(sql, row.id, row.body_sealed).content]))
    .digest("hex");

async function change(
  ctx: Ctx,
  messageId: Id<"message">,
  work: (sql: Sql, row: MessageRow) => Promise<"filed" | "withdrawn" | null>,
): Promise<MessageView> {
  allow(ctx, "matters.write");
  if (!userIdOf(ctx)) throw new AppError("forbidden", "people_only");
  const { view, changed } = await inTenantSql(ctx, async (sql) => {
    const found = await findMessageRow(sql, messageId);
    if (!found) throw notFound("message");
    await lockConversation(sql, asId("conversation", found.conversation_id));
    const row = await findMessageRow(sql, messageId); // as it is under the lock
    if (!row) throw notFound("message");
    const kind = await work(sql, row);
    const subject = { conversationId: row.conversation_id, matterId: row.matter_id, messageId: row.id };
    if (kind) await noteActivity(sql, { kind, ...subject });
    const again = await findMessageRow(sql, messageId);
    if (!again) throw notFound("message");
    const view = await toMessageView(sql, again, can(ctx, "inbox.resend"));
    const entry: AuditEntry = {
      action: `instruction.${kind}`,
      subject: "message",
      subjectId: row.id,
      detail: { matterId: row.matter_id },
    };
    if (kind) await audit(sql, [entry]);
    return { view, changed: kind !== null };
  });
  const { conversationId } = view;
  if (changed) await publishLive(ctx.orgId, [conversationChanged({ conversationId, messageId })]);
  return view;
}
