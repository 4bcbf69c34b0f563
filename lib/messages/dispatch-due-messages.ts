import { type ChannelRow, findChannel, stopChannel } from "@/lib/channels";
import { type ContactDetails, readContacts } from "@/lib/contacts";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { attachPending } from "@/lib/messages/apply-receipts";
import { RETRY_FOR, retryDelay } from "@/lib/messages/model";
import { accept, type Claim, type Claimed, claimDue, markUnknown, putBack, reject, slowDown } from "@/lib/messages/outbox-store";
import { openBody } from "@/lib/messages/store";
import { audit } from "@/lib/platform/audit";
import { publishLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { metaSender } from "@/lib/providers/meta/graph";
import type { OutboundMessage, SendOutcome } from "@/lib/providers/ports";

const AT_ONCE = 20;

let stopping = false;
/** From now on nothing more is claimed; what is in the air is finished and recorded. */
export const stopClaiming = () => {
  stopping = true;
};

let lastRound = Date.now();
/** When this process last looked at a number's queue and came back, in milliseconds since 1970; for the watchdog. */
export const lastDispatchRound = () => lastRound;

interface Round {
  channel: ChannelRow;
  claim: Claim;
  contacts: Map<string, ContactDetails>;
  outgoing: Map<string, OutboundMessage>;
}

/**
 * Sends what is due on one number, a claim at a time, until nothing is left or the pace says wait.
 * A crash between the call and its record leaves the row dispatching; its lease lapses into unknown, never into a resend.
 * @returns milliseconds until it is worth asking again, or null when nothing is due
 */
export async function dispatchDueMessages(ctx: Ctx, input: { channelId: Id<"channel"> }): Promise<number | null> {
  for (let round = 0; round < 500 && !stopping; round++) {
    const work = await inTenantSql({ ...ctx, now: new Date() }, (sql) => prepare(sql, input.channelId));
    lastRound = Date.now();
    if (!work) return null;
    const { claim, channel } = work;
    await Promise.all(claim.sends.map((send) => dispatchOne(ctx, channel, send, work.outgoing.get(send.messageId))));
    await publishLive(
      ctx.orgId,
      [...claim.sends, ...claim.refused].map((m) => ({
        type: "conversation.changed" as const,
        conversationId: m.conversationId,
        messageIds: [m.messageId],
      })),
    );
    if (claim.sends.length === 0 && claim.refused.length === 0) return claim.waitMs;
  }
  return 0;
}

async function prepare(sql: Sql, channelId: Id<"channel">): Promise<Round | null> {
  const claim = await claimDue(sql, channelId, AT_ONCE);
  const channel = await findChannel(sql, channelId);
  if (!channel) return null;
  const contacts = await readContacts(sql, [...new Set(claim.sends.map((s) => s.contactId))]);
  const outgoing = new Map<string, OutboundMessage>();
  for (const send of claim.sends) {
    const message = outboundOf(sql, channel, send, contacts.get(send.contactId));
    if (message) outgoing.set(send.messageId, message);
  }
  return { channel, claim, contacts, outgoing };
}

function outboundOf(sql: Sql, channel: ChannelRow, send: Claimed, contact: ContactDetails | undefined): OutboundMessage | null {
  const to = contact?.phone ? { phone: contact.phone } : contact?.bsuid ? { bsuid: contact.bsuid } : null;
  if (!to || !channel.token) return null;
  const body = openBody(sql, send.messageId, send.body);
  const frame = { phoneNumberId: channel.phoneNumberId, token: channel.token, to, tag: send.outboxId };
  if (body.template) return { ...frame, content: { template: body.template } };
  return body.content.kind === "text" ? { ...frame, content: { text: body.content.text } } : null;
}

async function dispatchOne(ctx: Ctx, channel: ChannelRow, send: Claimed, message: OutboundMessage | undefined): Promise<void> {
  const outcome: SendOutcome = message
    ? await metaSender.send(message)
    : { kind: "rejected", code: 0, reason: channel.token ? "undeliverable" : "auth", effect: "message" };
  counters.sends.inc({ outcome: outcome.kind });
  try {
    await inTenantSql({ ...ctx, now: new Date() }, (sql) => recordOutcome(sql, channel, send, outcome));
  } catch (error) {
    // the row stays dispatching and lapses into unknown: a receipt or a person settles it
    log.error("outbox.record_failed", { outboxId: send.outboxId, outcome: outcome.kind, ...errorFields(error) });
  }
}

async function recordOutcome(sql: Sql, channel: ChannelRow, send: Claimed, outcome: SendOutcome): Promise<void> {
  if (outcome.kind === "accepted") {
    const lookup = await accept(sql, send, channel.phoneNumberId, outcome.wamid, outcome.qualityHeld);
    await attachPending(sql, [lookup]);
    return;
  }
  if (outcome.kind === "unknown") {
    await markUnknown(sql, send, outcome.code);
    return;
  }
  if (outcome.kind === "retry") {
    const age = sql.ctx.now.getTime() - send.createdAt.getTime();
    if (age > RETRY_FOR) return reject(sql, send, outcome.code, outcome.why === "throttled" ? "throttled" : "other");
    const delay = retryDelay(outcome.why, send.attempts, outcome.retryAfterSeconds, Math.random());
    await putBack(sql, send, outcome.code, outcome.why === "throttled" ? 0 : delay);
    if (outcome.why === "throttled") await slowDown(sql, channel.id, delay);
    return;
  }
  if (outcome.effect === "pause_template" && send.templateId) {
    await sql.run("template.paused", "update templates set status = 'PAUSED' where org_id = $1 and id = $2", [
      sql.ctx.orgId,
      send.templateId,
    ]);
  }
  if (outcome.effect !== "stop_channel") return reject(sql, send, outcome.code, outcome.reason);
  // the connection is at fault, not the message: the queue is kept until the number works again
  await putBack(sql, send, outcome.code, 0);
  const status = outcome.reason === "auth" ? "needs_reconnect" : "blocked";
  if (await stopChannel(sql, channel.id, status, outcome.code)) {
    log.error("channel.stopped", { channelId: channel.id, status, code_class: outcome.reason });
    await audit(sql, [
      { action: "channel.stopped", subject: "channel", subjectId: channel.id, detail: { status, code: outcome.code } },
    ]);
  }
}
