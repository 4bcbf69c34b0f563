import { findChannel } from "@/lib/channels";
import { allow, can } from "@/lib/identity";
import { dropDraft } from "@/lib/inbox/drafts";
import { type LockedConversation, lockConversation, setLastMessage } from "@/lib/inbox/store";
import { previewOf } from "@/lib/kernel/content";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import {
  dispatchChannel,
  type Enqueue,
  enqueueMessage,
  findMessageRow,
  findRequested,
  openBody,
  textFault,
  toMessageView,
} from "@/lib/messages";
import type { MessageView } from "@/lib/messages/views";
import { audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { faultsOf, fill, getTemplate } from "@/lib/templates";

export interface Reply {
  conversationId: Id<"conversation">;
  /** Client-made; sending the same again returns the first message. */
  requestId: string;
  text?: string;
  template?: { id: Id<"template">; variables: Record<string, string> };
}
type Prepared = Pick<Enqueue, "type" | "body" | "templateId">;

/**
 * Puts a reply into the outbox, held for the undo time. Message, outbox row, conversation and trail commit together.
 * @throws AppError `precondition` `window_closed` for text outside 24 h; `template_not_approved`; `invalid` with fields
 */
export async function replyToConversation(ctx: Ctx, input: Reply): Promise<MessageView> {
  allow(ctx, "inbox.reply");
  const fault = input.text !== undefined ? textFault(input.text) : input.template ? null : "empty_text";
  if (fault) throw new AppError("invalid", fault, { fields: { text: fault } });
  const { view, channelId, holdSeconds } = await inTenantSql(ctx, async (sql) => {
    const conversation = await lockConversation(sql, input.conversationId);
    const { undoSeconds } = conversation;
    const first = await firstAnswer(sql, conversation, input.requestId);
    if (first) return { ...first, holdSeconds: undoSeconds };
    const prepared = input.template ? await prepareTemplate(sql, conversation, input.template) : prepareText(input.text ?? "");
    const sent = await send(sql, conversation, {
      ...prepared,
      requestId: input.requestId,
      holdSeconds: undoSeconds,
      resendOf: null,
    });
    return { ...sent, holdSeconds: undoSeconds };
  });
  await announce(ctx, { view, channelId }, [view.id], holdSeconds);
  return view;
}

/**
 * Sends again what failed or may not have left: a person's decision, audited, as a new message.
 * @throws AppError `not_found`; `precondition` `not_resendable`; and what a reply throws
 */
export async function resendMessage(ctx: Ctx, input: { messageId: Id<"message">; requestId: string }): Promise<MessageView> {
  allow(ctx, "inbox.resend");
  const { view, channelId, root } = await inTenantSql(ctx, async (sql) => {
    const row = await findMessageRow(sql, input.messageId);
    if (!row) throw notFound("message");
    const root = asId("message", row.resend_of ?? row.id);
    const conversation = await lockConversation(sql, asId("conversation", row.conversation_id));
    const first = await firstAnswer(sql, conversation, input.requestId);
    if (first) return { ...first, root };
    const again = await findMessageRow(sql, input.messageId); // as it is under the lock
    if (!again || !(await toMessageView(sql, again, true)).can.resend) throw new AppError("precondition", "not_resendable");
    // sending it again would show it to those who read the matter the conversation belongs to now
    if (again.matter_id !== conversation.matterId) throw new AppError("precondition", "matter_changed");
    const body = openBody(sql, row.id, row.body_sealed);
    const prepared: Prepared = body.template
      ? { type: "template", body, templateId: await templateOf(sql, input.messageId) }
      : { type: "text", body, templateId: null };
    const order = { ...prepared, requestId: input.requestId, holdSeconds: 0, resendOf: root };
    return { ...(await send(sql, conversation, order)), root };
  });
  await announce(ctx, { view, channelId }, [...new Set([view.id, input.messageId, root])], 0);
  return view;
}

interface Answer {
  view: MessageView;
  channelId: Id<"channel">;
}

/**
 * What a request id was answered first, or null. Asked before anything is judged: a repeat of an accepted request is
 * no new one, whatever became of the window, the template or the original since.
 */
async function firstAnswer(sql: Sql, conversation: LockedConversation, requestId: string): Promise<Answer | null> {
  const first = await findRequested(sql, { conversationId: conversation.id, requestId });
  return first && answer(sql, conversation, first.messageId);
}

async function answer(sql: Sql, conversation: LockedConversation, messageId: Id<"message">): Promise<Answer> {
  const row = await findMessageRow(sql, messageId);
  if (!row) throw notFound("message");
  return { view: await toMessageView(sql, row, can(sql.ctx, "inbox.resend")), channelId: conversation.channelId };
}

const prepareText = (text: string): Prepared => ({ type: "text", body: { content: { kind: "text", text } }, templateId: null });

async function prepareTemplate(
  sql: Sql,
  conversation: LockedConversation,
  input: NonNullable<Reply["template"]>,
): Promise<Prepared> {
  const channel = await findChannel(sql, conversation.channelId);
  if (!channel) throw notFound("channel");
  const template = await getTemplate(sql, input.id, channel.wabaId);
  if (template.status !== "APPROVED" || !template.shape.supported) throw new AppError("precondition", "template_not_approved");
  const faults = faultsOf(template.shape, input.variables);
  if (Object.keys(faults).length > 0) throw new AppError("invalid", "template_params", { fields: faults });
  const { shape } = template;
  const variables = shape.variables.map((v) => ({ key: v.key, value: input.variables[v.key] ?? "" }));
  return {
    type: "template",
    templateId: template.id,
    body: {
      content: {
        kind: "template",
        name: template.name,
        language: template.language,
        header: shape.header,
        text: fill(shape.body, input.variables),
        footer: shape.footer,
        buttons: shape.buttons,
      },
      template: { name: template.name, language: template.language, format: shape.format, variables },
    },
  };
}

async function templateOf(sql: Sql, messageId: Id<"message">): Promise<Id<"template"> | null> {
  const [row] = await sql.rows<{ template_id: string | null }>(
    "outbox.template",
    "select template_id from outbox where org_id = $1 and message_id = $2",
    [sql.ctx.orgId, messageId],
  );
  return row?.template_id ? asId("template", row.template_id) : null;
}

async function send(
  sql: Sql,
  conversation: LockedConversation,
  message: Omit<Enqueue, "conversationId" | "channelId">,
): Promise<Answer> {
  if (message.type === "text" && !conversation.windowOpen) throw new AppError("precondition", "window_closed");
  // the lock makes repeats wait their turn: what is enqueued here is new, or its request id another conversation's
  const queued = await enqueueMessage(sql, { ...message, conversationId: conversation.id, channelId: conversation.channelId });
  const preview = previewOf(message.body.content);
  await setLastMessage(sql, conversation.id, { messageId: queued.messageId, at: queued.at, direction: "out", ...preview });
  await dropDraft(sql, conversation.id);
  await audit(sql, [
    {
      action: message.resendOf ? "message.resent" : "message.written",
      subject: "message",
      subjectId: queued.messageId,
      detail: { conversationId: conversation.id, type: message.type, resendOf: message.resendOf },
    },
  ]);
  return answer(sql, conversation, queued.messageId);
}

async function announce(ctx: Ctx, { view, channelId }: Answer, changed: string[], holdSeconds: number): Promise<void> {
  await ring(dispatchChannel, { channelId }, holdSeconds * 1000);
  const { conversationId } = view;
  await publishLive(
    ctx.orgId,
    changed.map((messageId) => conversationChanged({ conversationId, messageId })),
  );
}
