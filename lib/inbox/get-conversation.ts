import { readAddresses, readContacts } from "@/lib/contacts";
import { allow, can, type Permission } from "@/lib/identity";
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
  matter_word: ConversationView["matterWord"];
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
    `select o.undo_seconds, o.matter_word, h.status as channel_status, h.connected_at as channel_since,
        (select c.reply_identity_id from conversations c where c.org_id = $1 and c.id = $2) as reply_identity_id
      from channels h join organisations o on o.id = h.org_id where h.org_id = $1 and h.id = $3`,
    [ctx.orgId, conversationId, raw.channel_id],
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
    matterWord: extra?.matter_word ?? "matter",
    can: whatCan(ctx, raw.stretch_id !== null),
    serverNow: ctx.now.toISOString(),
  };
}

/** An ended part can be read and nothing else. */
function whatCan(ctx: Ctx, ended: boolean): ConversationView["can"] {
  const may = (permission: Permission) => !ended && can(ctx, permission);
  const assign = may("inbox.assign");
  return { reply: may("inbox.reply"), assign, resolve: assign, bind: may("matters.write"), unmark: may("matters.walls") };
}
