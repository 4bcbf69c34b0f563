import type { ChannelRow } from "@/lib/channels";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { claimSends, type Ready, type Round } from "@/lib/messages/claim-sends";
import { recordOutcome } from "@/lib/messages/record-outcome";
import { publishLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql } from "@/lib/platform/sql";
import { metaSender } from "@/lib/providers/meta/graph";

const AT_ONCE = 20;

let stopping = false;
/** From now on nothing more is claimed; what is in the air is finished and recorded. */
export const stopClaiming = () => {
  stopping = true;
};

let lastRound = Date.now();
/** When this process last looked at a number's queue and came back, with or without luck, in milliseconds since 1970; for the watchdog. */
export const lastDispatchRound = () => lastRound;

/**
 * Sends what is due on one number, a claim at a time, until nothing is left or the pace says wait.
 * A crash between the call and its record leaves the row dispatching; its lease lapses into unknown, never into a resend.
 * @returns milliseconds until it is worth asking again, or null when nothing is due
 */
export async function dispatchDueMessages(ctx: Ctx, input: { channelId: Id<"channel"> }): Promise<number | null> {
  for (let round = 0; round < 500 && !stopping; round++) {
    const work = await claimRound(ctx, input.channelId, AT_ONCE);
    if (!work) return null;
    const { channel, ready, refused } = work;
    await Promise.all(ready.map((r) => dispatchOne(ctx, channel, r)));
    await publishLive(
      ctx.orgId,
      [...ready.map((r) => r.send), ...refused].map((m) => ({
        type: "conversation.changed" as const,
        conversationId: m.conversationId,
        messageIds: [m.messageId],
      })),
    );
    if (ready.length === 0 && refused.length === 0) return work.waitMs;
  }
  return 0;
}

async function claimRound(ctx: Ctx, channelId: Id<"channel">, atMost: number): Promise<Round | null> {
  try {
    return await inTenantSql({ ...ctx, now: new Date() }, (sql) => claimSends(sql, channelId, atMost));
  } finally {
    // a round that failed was a round: the watchdog ends workers that are deaf, not those that are refused
    lastRound = Date.now();
  }
}

async function dispatchOne(ctx: Ctx, channel: ChannelRow, { send, message }: Ready): Promise<void> {
  const outcome = await metaSender.send(message);
  counters.sends.inc({ outcome: outcome.kind });
  try {
    await inTenantSql({ ...ctx, now: new Date() }, (sql) => recordOutcome(sql, channel, send, outcome));
  } catch (error) {
    // the row stays dispatching and lapses into unknown: a receipt or a person settles it
    log.error("outbox.record_failed", { outboxId: send.outboxId, outcome: outcome.kind, ...errorFields(error) });
  }
}
