/** Conversations for tests and seeds, made through the product's own steps, so that a seeded row looks like a real one. */
import { randomBytes } from "node:crypto";
import { personKey, resolveContacts } from "@/lib/contacts";
import { receiveMessages } from "@/lib/inbox";
import { setLastMessage } from "@/lib/inbox/store";
import { type ContentView, opensWindow, previewOf, typeOf } from "@/lib/kernel/content";
import { systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { enqueueMessage } from "@/lib/messages";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import type { InboundMessage } from "@/lib/providers/ports";
import type { MadeChannel } from "@/lib/testing/factory";

export interface Line {
  from: "client" | "us";
  text: string;
  /** Minutes before now. */
  ago: number;
  /** For ours: how far it got. */
  state?: "accepted" | "delivered" | "read" | "failed";
  /** For ours: who wrote it. */
  author?: Id<"user">;
  /** For the client's: a type shown as a card instead of text. */
  card?: string;
}
export interface Chat {
  phone: string;
  name: string;
  assignee?: Id<"user">;
  status?: "open" | "resolved";
  /** How many of the newest client lines are unread. */
  unread?: number;
  lines: Line[];
}
export interface MadeChat {
  conversationId: Id<"conversation">;
  phone: string;
  lines: { direction: "in" | "out"; text: string; at: string; wamid: string }[];
}

/** A wamid as Meta makes them: base64 of bytes that contain the phone. */
export const fakeWamid = (phone: string) =>
  `wamid.${Buffer.concat([Buffer.from([0x1d, 0x0c]), Buffer.from(phone), randomBytes(12)]).toString("base64")}`;

/** Writes one chat into an organisation's number. */
export async function makeChat(orgId: Id<"organisation">, channel: MadeChannel, chat: Chat, now = new Date()): Promise<MadeChat> {
  const ctx = systemCtx(orgId, "seed", now);
  const at = (line: Line) => new Date(now.getTime() - line.ago * 60_000);
  return inTenantSql(ctx, async (sql) => {
    const lines: MadeChat["lines"] = [];
    let conversationId: Id<"conversation"> | undefined;
    for (const line of [...chat.lines].sort((a, b) => b.ago - a.ago)) {
      const wamid = fakeWamid(chat.phone);
      if (line.from === "client") conversationId = await receiveLine(sql, channel, chat, line, at(line), wamid);
      else if (conversationId) await writeLine(sql, channel, conversationId, line, at(line), wamid);
      lines.push({ direction: line.from === "client" ? "in" : "out", text: line.text, at: at(line).toISOString(), wamid });
    }
    if (!conversationId) throw new Error("a chat begins with the client");
    await sql.run(
      "seed.row",
      "update conversations set assignee_id = $3, unread = $4, status = $5 where org_id = $1 and id = $2",
      [orgId, conversationId, chat.assignee ?? null, chat.unread ?? 0, chat.status ?? "open"],
    );
    return { conversationId, phone: chat.phone, lines };
  });
}

async function receiveLine(
  sql: Sql,
  channel: MadeChannel,
  chat: Chat,
  line: Line,
  at: Date,
  wamid: string,
): Promise<Id<"conversation">> {
  const content: ContentView = line.card
    ? { kind: "card", type: line.card, lines: line.text ? [line.text] : [] }
    : { kind: "text", text: line.text };
  const message: InboundMessage = {
    type: "message",
    phoneNumberId: channel.phoneNumberId,
    wamid,
    sender: { phone: chat.phone, bsuid: null, username: null, profileName: chat.name, becomes: null },
    at,
    content,
    fromPhone: null,
    past: false,
    opensWindow: opensWindow(typeOf(content)),
    quotes: null,
    raw: null,
  };
  const contacts = await resolveContacts(sql, [{ sender: message.sender, at }]);
  const contact = contacts.get(personKey(message.sender));
  if (!contact) throw new Error("no contact");
  const [arrived] = await receiveMessages(sql, [{ message, channelId: channel.id, contact, receivedAt: at }]);
  if (!arrived) throw new Error("not received");
  return arrived.conversationId;
}

async function writeLine(
  sql: Sql,
  channel: MadeChannel,
  conversationId: Id<"conversation">,
  line: Line,
  at: Date,
  wamid: string,
): Promise<void> {
  const content = { kind: "text" as const, text: line.text };
  const { messageId } = await enqueueMessage(sql, {
    conversationId,
    channelId: channel.id,
    requestId: crypto.randomUUID(),
    body: { content },
    type: "text",
    templateId: null,
    holdSeconds: 0,
    resendOf: null,
  });
  const state = line.state ?? "read";
  const reached = (...states: string[]) => (states.includes(state) ? at : null);
  await sql.run("seed.outbox", "update outbox set state = 'accepted', settled_at = $3 where org_id = $1 and message_id = $2", [
    sql.ctx.orgId,
    messageId,
    at,
  ]);
  await sql.run(
    "seed.message",
    `update messages set at = $3, received_at = $3, author_id = $4, accepted_at = $3, sent_at = $5, delivered_at = $6, read_at = $7, failed_at = $8,
        failure_code = $9, failure_reason = $10, wamid_sealed = $11, wamid_lookup = $12 where org_id = $1 and id = $2`,
    [
      sql.ctx.orgId,
      messageId,
      at,
      line.author ?? null,
      reached("delivered", "read"),
      reached("delivered", "read"),
      reached("read"),
      reached("failed"),
      state === "failed" ? 131026 : null,
      state === "failed" ? "undeliverable" : null,
      sql.keys.seal("messages", "wamid_sealed", messageId, wamid),
      sql.keys.wamidLookup(channel.phoneNumberId, wamid),
    ],
  );
  await setLastMessage(sql, conversationId, { messageId, at, direction: "out", ...previewOf(content) });
}
