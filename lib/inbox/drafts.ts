/** Drafts: one per person and conversation, sealed, on the server. */

import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { MAX_TEXT } from "@/lib/messages";
import { openable } from "@/lib/platform/crypto/openable";
import { asBuffer, inTenant } from "@/lib/platform/db";
import type { Sql } from "@/lib/platform/sql";

const rowId = (conversationId: string, userId: string) => `${conversationId}:${userId}`;

/** Step: the acting person's draft in a conversation, or null; one that does not open is none. */
export async function readDraft(sql: Sql, conversationId: string): Promise<{ text: string; updatedAt: string } | null> {
  const userId = userIdOf(sql.ctx);
  if (!userId) return null;
  const [row] = await sql.rows<{ body_sealed: Buffer; updated_at: Date }>(
    "draft.read",
    "select body_sealed, updated_at from drafts where org_id = $1 and conversation_id = $2 and user_id = $3",
    [sql.ctx.orgId, conversationId, userId],
  );
  if (!row) return null;
  const id = rowId(conversationId, userId);
  const text = openable("drafts", id, () => sql.keys.open("drafts", "body_sealed", id, row.body_sealed).toString());
  return text === null ? null : { text, updatedAt: row.updated_at.toISOString() };
}

/** Step: drops the acting person's draft, after its text was sent. */
export const dropDraft = (sql: Sql, conversationId: string) =>
  sql.run("draft.drop", "delete from drafts where org_id = $1 and conversation_id = $2 and user_id = $3", [
    sql.ctx.orgId,
    conversationId,
    userIdOf(sql.ctx),
  ]);

/**
 * Keeps what a person has written so far; an empty text removes the draft.
 * @throws AppError `not_found` for a foreign conversation, `invalid` beyond twice the longest message
 */
export async function saveDraft(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; text: string },
): Promise<{ updatedAt: string | null }> {
  allow(ctx, "inbox.reply");
  const userId = userIdOf(ctx);
  if (!userId) throw new AppError("forbidden", "people_only");
  if (input.text.length > 2 * MAX_TEXT) throw new AppError("invalid", "too_long", { fields: { text: "too_long" } });
  const key = { orgId: ctx.orgId, conversationId: input.conversationId, userId };
  return inTenant(ctx, async (db) => {
    const conversation = await db.conversation.findUnique({
      where: { orgId_id: { orgId: ctx.orgId, id: input.conversationId } },
      select: { id: true },
    });
    if (!conversation) throw notFound("conversation");
    if (input.text.trim() === "") {
      await db.draft.deleteMany({ where: key });
      return { updatedAt: null };
    }
    const bodySealed = new Uint8Array(
      asBuffer(db.keys.seal("drafts", "body_sealed", rowId(input.conversationId, userId), input.text)),
    );
    await db.draft.upsert({
      where: { orgId_conversationId_userId: key },
      create: { ...key, bodySealed, updatedAt: ctx.now },
      update: { bodySealed, updatedAt: ctx.now },
    });
    return { updatedAt: ctx.now.toISOString() };
  });
}
