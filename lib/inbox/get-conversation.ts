import { readContacts } from "@/lib/contacts";
import { allow, can } from "@/lib/identity";
import { readDraft } from "@/lib/inbox/drafts";
import { getRow, toConversationRow } from "@/lib/inbox/store";
import type { ConversationView } from "@/lib/inbox/views";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Everything the open conversation's header and composer need. @throws AppError `not_found` */
export async function getConversationView(ctx: Ctx, input: { conversationId: Id<"conversation"> }): Promise<ConversationView> {
  allow(ctx, "inbox.read");
  return inTenantSql(ctx, (sql) => readConversationView(sql, input.conversationId));
}

/** Step: the same inside a transaction. */
export async function readConversationView(sql: Sql, conversationId: Id<"conversation">): Promise<ConversationView> {
  const { ctx } = sql;
  const raw = await getRow(sql, conversationId, userIdOf(ctx));
  const contact = (await readContacts(sql, [raw.contact_id])).get(raw.contact_id);
  const [extra] = await sql.rows<{ undo_seconds: number; channel_status: ConversationView["channelState"] }>(
    "conversation.extra",
    "select o.undo_seconds, h.status as channel_status from organisations o join channels h on h.org_id = o.id where o.id = $1 and h.id = $2",
    [ctx.orgId, raw.channel_id],
  );
  return {
    ...toConversationRow(sql, raw),
    contact: { id: raw.contact_id, name: contact?.name ?? null, phone: contact?.phone ?? null },
    draft: await readDraft(sql, conversationId),
    channelState: extra?.channel_status ?? "disconnected",
    undoSeconds: extra?.undo_seconds ?? 0,
    can: { reply: can(ctx, "inbox.reply"), assign: can(ctx, "inbox.assign"), resolve: can(ctx, "inbox.assign") },
    serverNow: ctx.now.toISOString(),
  };
}
