/** What happens to a message after it was accepted: the statuses, and what simulated people do then. */
import type { Context } from "./context";
import { ERRORS } from "./graph/errors";
import { businessScopedId } from "./ids";
import { receiveInbound } from "./inbound";
import { asObject, type JsonObject } from "./json";
import { habitsOf } from "./people";
import { between } from "./random";
import type { ChatItem, Conversation, DeliveryState } from "./world";

/** Lets time run for an accepted message. @param failure a refusal that is told later instead of `sent` */
export function runTimeline(ctx: Context, conversation: Conversation, item: ChatItem, failure?: number): void {
  const habits = habitsOf(conversation.client);
  ctx.timers.after(between(ctx.random, ...ctx.tune.sentMs), () => {
    if (failure !== undefined) return fail(ctx, conversation, item, failure);
    advance(ctx, conversation, item, "sent");
    if (item.type === "reaction" || habits.neverDelivered) return; // a reaction's only status is `sent`
    ctx.timers.after(between(ctx.random, ...ctx.tune.deliveredMs), () => {
      advance(ctx, conversation, item, "delivered");
      if (item.readPending) advance(ctx, conversation, item, "read");
      if (habits.echoes === undefined) return;
      ctx.timers.after(habits.echoes, () => {
        advance(ctx, conversation, item, "read");
        if (item.text === "") return;
        receiveInbound(ctx, {
          phoneNumberId: conversation.phoneNumberId,
          from: conversation.client,
          type: "text",
          text: item.text,
        });
      });
    });
  });
}

/**
 * The client reads the chat: everything delivered becomes read, and what is still on its way will be.
 * @returns the wamids that became read at once
 */
export function readConversation(ctx: Context, conversation: Conversation): string[] {
  const read: string[] = [];
  for (const item of conversation.items) {
    if (item.direction !== "out" || item.type === "reaction") continue;
    if (item.state === "delivered") {
      advance(ctx, conversation, item, "read");
      read.push(item.wamid);
    } else if (item.state === "accepted" || item.state === "sent") {
      item.readPending = true;
    }
  }
  return read;
}

const RANK: { [state in DeliveryState]: number } = { accepted: 0, failed: 1, sent: 1, delivered: 2, read: 3 };

function advance(ctx: Context, conversation: Conversation, item: ChatItem, state: "sent" | "delivered" | "read"): void {
  if (item.state === "failed" || RANK[item.state] >= RANK[state]) return;
  const pricedBefore = item.state === "delivered";
  item.state = state;
  // pricing comes with `sent` and with the first of delivered and read
  const extra = state === "read" && pricedBefore ? {} : { pricing: pricing(item) };
  emit(ctx, conversation, item, state, extra);
}

/** Ends a message with an error the business learns by webhook. */
function fail(ctx: Context, conversation: Conversation, item: ChatItem, code: number): void {
  const title = ERRORS[code]?.message ?? "Message failed";
  item.state = "failed";
  item.failure = { code, title };
  emit(ctx, conversation, item, "failed", {
    errors: [
      {
        code,
        title,
        message: title,
        error_data: { details: ERRORS[code]?.details ?? title },
        href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
      },
    ],
  });
}

const pricing = (item: ChatItem): JsonObject => ({
  billable: true,
  pricing_model: "PMP",
  type: "regular",
  category: item.category ?? "service",
});

function emit(ctx: Context, conversation: Conversation, item: ChatItem, status: string, extra: JsonObject): void {
  const phone = ctx.world.phones.get(conversation.phoneNumberId);
  if (!phone) return;
  const { client } = conversation;
  const userId = businessScopedId(phone.wabaId, client);
  const failed = status === "failed";
  const hidden = habitsOf(client).hidesPhone === true;
  const payload: JsonObject = {
    id: item.wamid,
    status,
    timestamp: String(Math.floor(ctx.now() / 1000)),
    ...(hidden ? {} : { recipient_id: client }),
    ...(failed ? {} : { recipient_user_id: userId }),
    ...(item.tag === undefined ? {} : { biz_opaque_callback_data: item.tag }),
    ...extra,
  };
  const contact = { profile: { name: conversation.name }, ...(hidden ? {} : { wa_id: client }), user_id: userId };
  ctx.hooks.send({
    wabaId: phone.wabaId,
    phoneNumberId: phone.id,
    displayDigits: phone.digits,
    list: "statuses",
    payload,
    ...(failed ? {} : { contact }),
    wamid: item.wamid,
    client,
    type: status,
    ...(item.tag === undefined ? {} : { tag: item.tag }),
  });
  ctx.world.changed(conversation);
}

/** The message id a reaction or quote points to. */
export const targetOf = (message: JsonObject): string | undefined => {
  const id = asObject(message.reaction).message_id ?? asObject(message.context).message_id ?? asObject(message.context).id;
  return typeof id === "string" ? id : undefined;
};
