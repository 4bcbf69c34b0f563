/** From a well-formed send to an accepted one: limits, window, template, media; and the place in the chat. */
import type { Context } from "../context";
import { businessScopedId } from "../ids";
import { asArray, asObject, asText, isObject, type JsonObject } from "../json";
import { findMedia } from "../media";
import { habitsOf } from "../people";
import { filledBody, type Template } from "../templates";
import { type ChatItem, type Conversation, type Phone, windowOpen } from "../world";
import { checkTemplate } from "./check-template";
import { GraphError } from "./errors";
import type { Send } from "./validate";

/** Messages a second of a number that also lives on the WhatsApp Business app. */
const COEXISTENCE_PER_SECOND = 20;

export interface Admitted {
  client: string;
  template?: Template;
  category: string;
  /** A refusal to be told later, by a `failed` status. */
  failure?: number;
}

export interface Accepted {
  conversation: Conversation;
  item: ChatItem;
  answer: JsonObject;
  failure?: number;
}

/**
 * Decides whether the platform takes this message.
 * @throws GraphError for what is refused in the answer; what is refused later comes back as `failure`
 */
export function admit(ctx: Context, phone: Phone, send: Send): Admitted {
  refuseAccount(ctx, phone, send.type === "template");
  const client = send.recipient === undefined ? send.to : clientOf(ctx, phone, send.recipient);
  if (client === phone.digits) throw new GraphError(131021);
  const habits = habitsOf(client);
  const template =
    send.type === "template" ? checkTemplate(ctx.world.wabas.get(phone.wabaId)?.templates ?? [], send.content) : undefined;
  if (send.recipient !== undefined && template?.category === "AUTHENTICATION") throw new GraphError(131062);
  checkMediaIds(ctx, phone, send);
  const now = ctx.now();
  if (habits.pairLimited || (ctx.tune.pairLimit && !ctx.limits.takePair(phone.id, client, now))) throw new GraphError(131056);
  const perSecond = phone.onBizApp ? Math.min(COEXISTENCE_PER_SECOND, ctx.tune.perSecond) : ctx.tune.perSecond;
  if (!ctx.limits.takeSecond(phone.id, perSecond, now)) throw new GraphError(130429);
  const failure = refusal(ctx, phone, send, client, template);
  if (failure !== undefined && ctx.tune.telling[failure] === "sync") throw new GraphError(failure);
  return {
    client,
    category: template ? template.category.toLowerCase() : "service",
    ...(template ? { template } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** @throws GraphError 133010 for a number that is not connected, 131031 and 368 for an account that may not send */
function refuseAccount(ctx: Context, phone: Phone, template: boolean): void {
  if (!phone.registered || phone.status === "DISCONNECTED") throw new GraphError(133010);
  const waba = ctx.world.wabas.get(phone.wabaId);
  if (waba?.banState === "DISABLE") throw new GraphError(131031);
  const kind = template ? "RESTRICTED_BIZ_INITIATED_MESSAGING" : "RESTRICTED_CUSTOMER_INITIATED_MESSAGING";
  const until = waba?.restrictions.find((one) => one.type === kind);
  if (until && !(until.expiration !== undefined && until.expiration * 1000 <= ctx.now())) throw new GraphError(368);
}

/** Why the message will fail although its form is right. */
function refusal(ctx: Context, phone: Phone, send: Send, client: string, template: Template | undefined): number | undefined {
  const { fails } = habitsOf(client);
  const marketing = template?.category === "MARKETING";
  const conversation = ctx.world.findConversation(phone.id, client);
  if (fails && fails.code !== 131047 && (!fails.marketingOnly || marketing)) return fails.code;
  if (marketing && conversation?.stoppedMarketing) return 131050;
  if (!template && (fails?.code === 131047 || !windowOpen(conversation, ctx.now()))) return 131047;
  if (send.type === "reaction" && !conversation?.items.some((item) => item.wamid === asObject(send.content).message_id))
    return 131009;
  const link = asText(asObject(send.content).link);
  if (link !== undefined && !link.startsWith("https://")) return 131053;
  return undefined;
}

function clientOf(ctx: Context, phone: Phone, recipient: string): string {
  for (const conversation of ctx.world.conversations.values()) {
    const sameAccount = ctx.world.phones.get(conversation.phoneNumberId)?.wabaId === phone.wabaId;
    if (sameAccount && businessScopedId(phone.wabaId, conversation.client) === recipient) return conversation.client;
  }
  throw new GraphError(131009, "recipient is not a user known to this business");
}

function checkMediaIds(ctx: Context, phone: Phone, send: Send): void {
  const header = asArray(asObject(send.content).components).flatMap((component) => asArray(asObject(component).parameters));
  const holders =
    send.type === "template"
      ? header.map((one) => asObject(asObject(one)[String(asObject(one).type)]))
      : [asObject(send.content)];
  if (!["image", "video", "audio", "document", "sticker", "template"].includes(send.type)) return;
  for (const holder of holders) {
    const id = asText(holder.id);
    if (id !== undefined && findMedia(ctx, id)?.phoneNumberId !== phone.id) {
      throw new GraphError(131009, `Media id ${id} does not exist or does not belong to this phone number.`);
    }
  }
}

/** Writes the message into the chat and builds the answer of 3.1. */
export function acceptSend(ctx: Context, phone: Phone, send: Send, admitted: Admitted, wamid: string): Accepted {
  const conversation = ctx.world.conversation(phone.id, admitted.client);
  const item: ChatItem = {
    wamid,
    direction: "out",
    type: send.type,
    message: {
      type: send.type,
      [send.type]: send.content,
      ...(send.quotes === undefined ? {} : { context: { id: send.quotes } }),
    },
    text: wordsOf(send, admitted.template),
    at: ctx.now(),
    state: "accepted",
    category: admitted.category,
    ...(send.tag === undefined ? {} : { tag: send.tag }),
    ...(admitted.template ? { template: admitted.template } : {}),
  };
  conversation.typingUntil = undefined;
  ctx.world.addItem(conversation, item);
  const userId = businessScopedId(phone.wabaId, admitted.client);
  return {
    conversation,
    item,
    answer: {
      messaging_product: "whatsapp",
      contacts: [
        send.recipient === undefined
          ? { input: send.input, wa_id: admitted.client, user_id: userId }
          : { input: send.input, user_id: userId },
      ],
      messages: [{ id: wamid, ...(admitted.template ? { message_status: "accepted" } : {}) }],
    },
    ...(admitted.failure === undefined ? {} : { failure: admitted.failure }),
  };
}

function wordsOf(send: Send, template: Template | undefined): string {
  const content = asObject(send.content);
  if (template) return filledBody(template, content.components);
  if (send.type === "text") return asText(content.body) ?? "";
  if (send.type === "interactive" && isObject(content.body)) return asText(content.body.text) ?? "";
  return asText(content.caption) ?? "";
}
