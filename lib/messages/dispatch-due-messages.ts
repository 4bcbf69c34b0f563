import type { ChannelRow } from "@/lib/channels";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { claimSends, type Ready, type Round } from "@/lib/messages/claim-sends";
import { recordOutcome } from "@/lib/messages/record-outcome";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql } from "@/lib/platform/sql";
import { metaSender } from "@/lib/providers/meta/graph";

/** Calls in the air per number and process. */
const AT_ONCE = 20;
const LONGEST_PAUSE = 250;

let stopping = false;
/** From now on nothing more is claimed; what is in the air is finished and recorded. */
export const stopClaiming = () => {
  stopping = true;
};

let lastRound = Date.now();
/** When this process last looked at a number's queue and came back, with or without luck, in milliseconds since 1970; for the watchdog. */
export const lastDispatchRound = () => lastRound;

/** Says that something more may be due. A ring that nobody waits for is remembered. */
export class Bell {
  #rung = false;
  #wake = () => {};
  ring(): void {
    this.#rung = true;
    this.#wake();
  }
  /** Whether it rang since it was last asked. */
  take(): boolean {
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
  heard(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#rung) resolve();
      else this.#wake = resolve;
    });
  }
}

/**
 * Sends what is due on one number until nothing is left or the pace says wait. Claims again whenever a slot is free, so
 * one call that hangs holds up its own conversation only; returns when everything it sent is recorded.
 * A crash between the call and its record leaves the row dispatching; its lease lapses into unknown, never into a resend.
 * @param bell wakes it while it waits for sends in the air
 * @returns milliseconds until it is worth asking again, or null when nothing is due
 */
export async function dispatchDueMessages(
  ctx: Ctx,
  input: { channelId: Id<"channel"> },
  bell = new Bell(),
): Promise<number | null> {
  const air = new Set<Promise<void>>();
  try {
    while (!stopping) {
      const before = air.size;
      bell.take();
      const round = await claimRound(ctx, input.channelId, AT_ONCE - before);
      if (!round) return null;
      for (const ready of round.ready) {
        const flight = dispatchOne(ctx, round.channel, ready).finally(() => air.delete(flight));
        air.add(flight);
      }
      await publishLive(ctx.orgId, round.refused.map(conversationChanged));
      const idle = round.ready.length + round.refused.length === 0;
      if (idle && before === 0) return round.waitMs;
      if (air.size === AT_ONCE) await Promise.race(air);
      // what landed during the claim may have made room for the next of its conversation: then ask again at once
      else if (idle && air.size === before) await Promise.race([...air, bell.heard(), pause(round.waitMs)]);
    }
    return 0;
  } finally {
    await Promise.all(air);
  }
}

/** Until the pace may allow more; never, when it is not the pace that is waited for. */
const pause = (waitMs: number | null) =>
  new Promise<void>((resolve) => waitMs !== null && setTimeout(resolve, Math.min(waitMs, LONGEST_PAUSE)));

async function claimRound(ctx: Ctx, channelId: Id<"channel">, atMost: number): Promise<Round | null> {
  try {
    return await inTenantSql({ ...ctx, now: new Date() }, (sql) => claimSends(sql, channelId, atMost));
  } finally {
    // a round that failed was a round: the watchdog ends workers that are deaf, not those that are refused
    lastRound = Date.now();
  }
}

/** Never throws. */
async function dispatchOne(ctx: Ctx, channel: ChannelRow, { send, message }: Ready): Promise<void> {
  try {
    const outcome = await metaSender.send(message);
    counters.sends.inc({ outcome: outcome.kind });
    await inTenantSql({ ...ctx, now: new Date() }, (sql) => recordOutcome(sql, channel, send, outcome));
  } catch (error) {
    // the row stays dispatching and lapses into unknown: a receipt or a person settles it
    log.error("outbox.record_failed", { outboxId: send.outboxId, ...errorFields(error) });
  }
  await publishLive(ctx.orgId, [conversationChanged(send)]);
}
