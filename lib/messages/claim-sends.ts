import { type ChannelRow, findChannel, stopChannel } from "@/lib/channels";
import { type Address, type ContactDetails, readAddresses, readContacts } from "@/lib/contacts";
import type { Id } from "@/lib/kernel/ids";
import type { Secret } from "@/lib/kernel/secret";
import { startProbe } from "@/lib/messages/breaker-store";
import { type Claimed, claimDue, reject } from "@/lib/messages/outbox-store";
import { openBody } from "@/lib/messages/store";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";
import type { FailureReason, OutboundMessage } from "@/lib/providers/ports";

/** A claimed row, opened and ready to go out. */
export interface Ready {
  send: Claimed;
  message: OutboundMessage;
}
/** What a round found: messages to send, and those that may not or cannot be sent, already recorded as rejected. */
export interface Round {
  channel: ChannelRow;
  ready: Ready[];
  refused: Pick<Claimed, "messageId" | "conversationId">[];
  waitMs: number | null;
}

/**
 * Step: claims what is due on one number and opens it. A row that does not open is rejected alone: an exception would
 * roll the claim back, and the same row would be first again for ever.
 * @returns null when the channel is gone, or has no token that opens: then it waits, queue and all, to be connected anew
 */
export async function claimSends(sql: Sql, channelId: Id<"channel">, atMost: number): Promise<Round | null> {
  const channel = await findChannel(sql, channelId);
  if (!channel) return null;
  if (!channel.token) {
    if (channel.status === "connected") await stopChannel(sql, channelId, "needs_reconnect", null);
    return null;
  }
  const claim = await claimDue(sql, channelId, atMost);
  const recipientOf = await findRecipients(sql, claim.sends);
  const round: Round = { channel, ready: [], refused: [...claim.refused], waitMs: claim.waitMs };
  for (const send of claim.sends) {
    const message = outboundOf(sql, { ...channel, token: channel.token }, send, recipientOf(send));
    if (typeof message !== "string") round.ready.push({ send, message });
    else {
      await reject(sql, send, null, message);
      round.refused.push(send);
    }
  }
  const [probe] = round.ready; // of the rows that really go out: one refused here would answer nothing
  if (claim.probing && probe) await startProbe(sql, channelId, probe.send.fence);
  return round;
}

/** Where each reply goes: to where its client was last heard from; that unknown, to their newest identity. */
async function findRecipients(sql: Sql, sends: readonly Claimed[]): Promise<(send: Claimed) => Address | FailureReason> {
  const known = await readAddresses(sql, [...new Set(sends.flatMap((s) => s.replyTo ?? []))]);
  const unknown = new Set(sends.filter((s) => !s.replyTo).map((s) => s.contactId));
  const contacts = unknown.size > 0 ? await readContacts(sql, [...unknown]) : new Map<string, ContactDetails>();
  return ({ replyTo, contactId }) => {
    if (replyTo) return known.get(replyTo) ?? "other"; // it does not open: no other address may take its place
    const contact = contacts.get(contactId);
    if (contact?.phone) return { phone: contact.phone };
    return contact?.bsuid ? { bsuid: contact.bsuid } : "undeliverable";
  };
}

/** The message as the provider takes it, or why there is none. */
function outboundOf(
  sql: Sql,
  channel: ChannelRow & { token: Secret },
  send: Claimed,
  to: Address | FailureReason,
): OutboundMessage | FailureReason {
  if (typeof to === "string") return to;
  const body = openable("messages", send.messageId, () => openBody(sql, send.messageId, send.body));
  if (!body) return "other";
  const frame = { phoneNumberId: channel.phoneNumberId, token: channel.token, to, tag: send.outboxId };
  if (body.template) return { ...frame, content: { template: body.template } };
  return body.content.kind === "text" ? { ...frame, content: { text: body.content.text } } : "invalid";
}
