import { readAddresses, readContacts } from "@/lib/contacts";
import { allow, can } from "@/lib/identity";
import { readDraft } from "@/lib/inbox/drafts";
import { getRow, toConversationRow } from "@/lib/inbox/store";
import type { ConversationView } from "@/lib/inbox/views";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { displayPhone } from "@/lib/kernel/phone";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Everything the open conversation's header and composer need. @throws AppError `not_found` */
export async function getConversationView(ctx: Ctx, input: { conversationId: Id<"conversation"> }): Promise<ConversationView> {
  allow(ctx, "inbox.read");
  return inTenantSql(ctx, (sql) => readConversationView(sql, input.conversationId));
}

interface Extra {
  undo_seconds: number;
  channel_since: Date;
  channel_status: ConversationView["channelState"];
  reply_identity_id: string | null;
}

/** Step: the same inside a transaction. */
export async function readConversationView(sql: Sql, conversationId: Id<"conversation">): Promise<ConversationView> {
  const { ctx } = sql;
  const raw = await getRow(sql, conversationId, userIdOf(ctx));
  const contact = (await readContacts(sql, [raw.contact_id])).get(raw.contact_id);
  const [extra] = await sql.rows<Extra>(
    "conversation.extra",
    `select o.undo_seconds, h.status as channel_status, h.connected_at as channel_since, c.reply_identity_id from conversations c join organisations o on o.id = c.org_id
      join channels h on h.org_id = c.org_id and h.id = c.channel_id where c.org_id = $1 and c.id = $2`,
    [ctx.orgId, conversationId],
  );
  const replyTo = extra?.reply_identity_id;
  const address = replyTo ? (await readAddresses(sql, [replyTo])).get(replyTo) : undefined;
  const phone = address && "phone" in address ? address.phone : contact?.phone;
  return {
    ...toConversationRow(sql, raw),
    contact: {
      id: raw.contact_id,
      name: contact?.name ?? null,
      phone: phone ? displayPhone(phone) : null,
    },
    draft: await readDraft(sql, conversationId),
    channelState: extra?.channel_status ?? "disconnected",
    channelSince: (extra?.channel_since ?? ctx.now).toISOString(),
    undoSeconds: extra?.undo_seconds ?? 0,
    can: { reply: can(ctx, "inbox.reply"), assign: can(ctx, "inbox.assign"), resolve: can(ctx, "inbox.assign") },
    serverNow: ctx.now.toISOString(),
  };
}
