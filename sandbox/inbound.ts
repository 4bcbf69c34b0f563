/** A client writes: the message becomes part of the chat and a webhook leaves for the business. */
import type { Context } from "./context";
import { ControlError } from "./control-error";
import { businessScopedId, newWamid } from "./ids";
import { inboundMessage, SPOKEN } from "./inbound-message";
import { asMoment, asObject, asText, digitsOf, type JsonObject } from "./json";
import { habitsOf } from "./people";

/**
 * Takes one message of a client, in the form of `POST /_control/inbound`.
 * @returns its wamid
 * @throws ControlError for an unknown number, a missing sender or an unknown type
 */
export function receiveInbound(ctx: Context, input: JsonObject): string {
  const phone = ctx.world.phones.get(asText(input.phoneNumberId) ?? "");
  if (!phone)
    throw new ControlError(404, `phoneNumberId ${asText(input.phoneNumberId) ?? "(none)"} is not a number of this sandbox`);
  const client = digitsOf(input.from);
  if (client === "") throw new ControlError(400, "from must hold the digits of the client's phone");
  const type = asText(input.type) ?? "text";
  const at = asMoment(input.timestamp) ?? ctx.now();
  const wamid = asText(input.wamid) ?? newWamid(client, "in");
  const { body, text } = inboundMessage(ctx, phone, type, input);

  const conversation = ctx.world.conversation(phone.id, client, asText(input.name));
  const userId = businessScopedId(phone.wabaId, client);
  const hidden = habitsOf(client).hidesPhone === true;
  const payload: JsonObject = {
    ...(hidden ? {} : { from: client }),
    from_user_id: userId,
    id: wamid,
    timestamp: String(Math.floor(at / 1000)),
    type,
    ...body,
    ...(input.context === undefined ? {} : { context: contextOf(input.context, phone.digits) }),
    ...(input.referral === undefined ? {} : { referral: input.referral }),
    ...(input.group_id === undefined ? {} : { group_id: input.group_id }),
  };
  if (SPOKEN.has(type)) {
    // the window counts from the client's own time; an older message never shortens it
    conversation.lastInboundAt = Math.max(conversation.lastInboundAt ?? 0, at);
  }
  if (!ctx.world.findMessage(wamid)) {
    ctx.world.addItem(conversation, { wamid, direction: "in", type, message: payload, text, at, state: "sent" });
  }
  const username = asText(input.username) ?? (hidden ? `user.${client.slice(-7)}` : undefined);
  const contact: JsonObject = {
    profile: { name: conversation.name, ...(username === undefined ? {} : { username }) },
    ...(hidden ? {} : { wa_id: client }),
    user_id: userId,
  };
  ctx.hooks.send({
    wabaId: phone.wabaId,
    phoneNumberId: phone.id,
    displayDigits: phone.digits,
    list: "messages",
    payload,
    ...(type === "system" ? {} : { contact }),
    wamid,
    client,
    type,
    ...(text === "" ? {} : { text }),
  });
  return wamid;
}

/** A quoted message may be given by its wamid alone. */
function contextOf(context: unknown, businessDigits: string): JsonObject {
  if (typeof context === "string") return { from: businessDigits, id: context };
  const value = asObject(context);
  return value.id !== undefined && value.from === undefined ? { from: businessDigits, ...value } : value;
}
