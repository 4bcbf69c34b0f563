/** The nightly look at each connection: is its token alive, does Meta still send us its messages. */
import { type ChannelRow, listChannelRows, noteToken, stopChannel } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import type { Secret } from "@/lib/kernel/secret";
import { organisationsWithNumbers } from "@/lib/onboarding/sweep-onboarding";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql } from "@/lib/platform/sql";
import { metaAccounts } from "@/lib/providers/meta/accounts";

/** Checks every connection; one organisation that fails keeps no other from its turn. */
export async function checkAllConnections(): Promise<void> {
  for (const orgId of await organisationsWithNumbers())
    await checkConnections(orgId).catch((error) => log.error("connections.check_failed", errorFields(error)));
}

/**
 * Checks an organisation's connections. A dead token stops sending, never receiving; a transport error says nothing about a
 * token and changes nothing. A lost subscription is made anew and written down.
 */
export async function checkConnections(orgId: Id<"organisation">): Promise<void> {
  const ctx = () => systemCtx(orgId, "connections.check");
  const channels = await inTenantSql(ctx(), listChannelRows);
  for (const channel of channels) {
    if (channel.status === "disconnected" || channel.token === null) continue;
    await checkOne(ctx, channel, channel.token);
  }
}

async function checkOne(ctx: () => ReturnType<typeof systemCtx>, channel: ChannelRow, token: Secret): Promise<void> {
  const report = await metaAccounts.inspectToken(token);
  if (!report.ok) {
    counters.tokenChecks.inc({ result: "unknown" });
    return log.warn("token.unchecked", { channelId: channel.id, why: report.refusal.kind });
  }
  const alive = report.value.valid && report.value.ours;
  counters.tokenChecks.inc({ result: alive ? "alive" : "dead" });
  await inTenantSql(ctx(), async (sql) => {
    await noteToken(sql, channel.id, report.value);
    if (!alive) await stopChannel(sql, channel.id, "needs_reconnect", report.value.code);
  });
  if (alive) await repairSubscription(ctx, channel, token);
}

async function repairSubscription(ctx: () => ReturnType<typeof systemCtx>, channel: ChannelRow, token: Secret): Promise<void> {
  const subscribed = await metaAccounts.isSubscribed(channel.wabaId, token);
  if (!subscribed.ok || subscribed.value) return;
  const made = await metaAccounts.subscribe(channel.wabaId, token);
  log.warn("subscription.lost", { channelId: channel.id, repaired: made.ok });
  if (!made.ok) return;
  await inTenantSql(ctx(), (sql) =>
    audit(sql, [
      { action: "subscription.repaired", subject: "channel", subjectId: channel.id, detail: { waba: channel.wabaId } },
    ]),
  );
}
