import { type ChannelRow, findChannel, stopChannel } from "@/lib/channels";
import { type ContactDetails, readContacts } from "@/lib/contacts";
import type { Id } from "@/lib/kernel/ids";
import type { Secret } from "@/lib/kernel/secret";
import { startProbe } from "@/lib/messages/breaker-store";
import { type Claimed, claimDue, reject } from "@/lib/messages/outbox-store";
import { type MessageBody, openBody } from "@/lib/messages/store";
import { SealError } from "@/lib/platform/crypto/codec";
import { log } from "@/lib/platform/log";
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
  const contacts = await readSome(sql, [...new Set(claim.sends.map((s) => s.contactId))]);
  const round: Round = { channel, ready: [], refused: [...claim.refused], waitMs: claim.waitMs };
  for (const send of claim.sends) {
    const message = outboundOf(sql, { ...channel, token: channel.token }, send, contacts.get(send.contactId) ?? null);
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

/** The contacts that open. Read together; one by one only when one of them does not. */
async function readSome(sql: Sql, ids: Id<"contact">[]): Promise<Map<string, ContactDetails>> {
  const together = await unlessSealed(() => readContacts(sql, ids));
  if (together) return together;
  const out = new Map<string, ContactDetails>();
  for (const id of ids) {
    const contact = (await unlessSealed(() => readContacts(sql, [id])))?.get(id);
    if (contact) out.set(id, contact);
    else log.error("contact.unreadable", { contactId: id });
  }
  return out;
}

async function unlessSealed<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** The message as the provider takes it, or why there is none. */
function outboundOf(
  sql: Sql,
  channel: ChannelRow & { token: Secret },
  send: Claimed,
  contact: ContactDetails | null,
): OutboundMessage | FailureReason {
  if (!contact) return "other";
  const to = contact.phone ? { phone: contact.phone } : contact.bsuid ? { bsuid: contact.bsuid } : null;
  if (!to) return "undeliverable";
  const body = readableBody(sql, send);
  if (!body) return "other";
  const frame = { phoneNumberId: channel.phoneNumberId, token: channel.token, to, tag: send.outboxId };
  if (body.template) return { ...frame, content: { template: body.template } };
  return body.content.kind === "text" ? { ...frame, content: { text: body.content.text } } : "invalid";
}

/** Whatever is wrong with a body, a broken seal or a broken shape, is wrong with this row alone. */
function readableBody(sql: Sql, send: Claimed): MessageBody | null {
  try {
    return openBody(sql, send.messageId, send.body);
  } catch {
    log.error("outbox.unreadable", { outboxId: send.outboxId });
    return null;
  }
}
