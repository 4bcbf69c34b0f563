import { type ChannelRow, stopChannel } from "@/lib/channels";
import { attachPending } from "@/lib/messages/apply-receipts";
import { isFailure } from "@/lib/messages/breaker";
import { noteCall } from "@/lib/messages/breaker-store";
import { RETRY_FOR, retryDelay } from "@/lib/messages/model";
import { accept, type Claimed, markUnknown, putBack, reject, slowDown } from "@/lib/messages/outbox-store";
import { log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import type { Sql } from "@/lib/platform/sql";
import type { SendOutcome } from "@/lib/providers/ports";

type Rejected = Extract<SendOutcome, { kind: "rejected" }>;
type Retry = Extract<SendOutcome, { kind: "retry" }>;

/** Step: what a send came to, onto its rows; and onto the number, its pace or the template where they are at fault. */
export async function recordOutcome(sql: Sql, channel: ChannelRow, send: Claimed, outcome: SendOutcome): Promise<void> {
  if (outcome.kind === "accepted") {
    const lookup = await accept(sql, send, channel.phoneNumberId, outcome.wamid, outcome.qualityHeld);
    await attachPending(sql, [lookup]);
  } else if (outcome.kind === "unknown") await markUnknown(sql, send, outcome.code);
  else if (outcome.kind === "retry") await recordRetry(sql, channel, send, outcome);
  else await recordRejection(sql, channel, send, outcome);
  const opened = await noteCall(sql, channel.id, { fence: send.fence, failed: isFailure(outcome) });
  if (!opened) return;
  counters.breakerOpened.inc();
  log.warn("breaker.opened", { channelId: channel.id, ...opened });
}

async function recordRetry(sql: Sql, channel: ChannelRow, send: Claimed, { why, code, retryAfterSeconds }: Retry): Promise<void> {
  const age = sql.ctx.now.getTime() - send.createdAt.getTime();
  if (age > RETRY_FOR) return reject(sql, send, code, why === "throttled" ? "throttled" : "other");
  const delay = retryDelay(why, send.attempts, retryAfterSeconds, Math.random());
  await putBack(sql, send, code, why === "throttled" ? 0 : delay);
  if (why === "throttled") await slowDown(sql, channel.id, delay);
}

async function recordRejection(sql: Sql, channel: ChannelRow, send: Claimed, outcome: Rejected): Promise<void> {
  if (outcome.effect === "pause_template" && send.templateId) {
    await sql.run("template.paused", "update templates set status = 'PAUSED' where org_id = $1 and id = $2", [
      sql.ctx.orgId,
      send.templateId,
    ]);
  }
  if (outcome.effect !== "stop_channel") return reject(sql, send, outcome.code, outcome.reason);
  // the connection is at fault, not the message: the queue is kept until the number works again
  await putBack(sql, send, outcome.code, 0);
  await stopChannel(sql, channel.id, outcome.reason === "auth" ? "needs_reconnect" : "blocked", outcome.code);
}
