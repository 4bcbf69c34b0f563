/** How numbers stand: as last kept, and looked at anew when somebody asks. */
import { type ChannelRow, findChannel, keepChecks, listChanges, listChannelRows, readChecks, readLeft } from "@/lib/channels";
import type { ConnectionsView, ConnectionView, StandingView } from "@/lib/channels/views";
import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { judge, lookAtNumber } from "@/lib/onboarding/look-at-number";
import { speakerOf } from "@/lib/onboarding/speaker";
import { audit } from "@/lib/platform/audit";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Numbers that are asked about at the same time. */
const AT_ONCE = 4;

/**
 * The organisation's numbers with their checks as last kept, oldest number first.
 * @param input.channelId only this number
 * @param input.fresh asks the provider first; what does not answer is unknown, not an error
 * @throws AppError `not_found` for a number that is not the organisation's
 */
export async function getConnections(ctx: Ctx, input: { channelId?: Id<"channel">; fresh: boolean }): Promise<ConnectionsView> {
  allow(ctx, "numbers.connect");
  const channels = await inTenantSql(ctx, (sql) => wanted(sql, input.channelId));
  if (input.fresh) await lookAtAll(ctx, channels);
  return inTenantSql(ctx, async (sql) => ({ numbers: await toViews(sql, channels) }));
}

/** One number: its checks as last kept, and what changed. @throws AppError `not_found` */
export async function getStanding(ctx: Ctx, { channelId }: { channelId: Id<"channel"> }): Promise<StandingView> {
  allow(ctx, "numbers.connect");
  return inTenantSql(ctx, async (sql) => {
    const channels = await wanted(sql, channelId);
    const [[channel], [number]] = [channels, await toViews(sql, channels)];
    if (!channel || !number) throw notFound("channel");
    const left = (await readLeft(sql, [channelId])).get(channelId) ?? null;
    const path = channel.appId !== null ? "manual" : channel.coexistence ? "coexistence" : "new";
    return { number, changes: await listChanges(sql, channelId), left, path };
  });
}

async function wanted(sql: Sql, channelId: Id<"channel"> | undefined): Promise<ChannelRow[]> {
  if (channelId === undefined) return listChannelRows(sql);
  const channel = await findChannel(sql, channelId);
  if (!channel) throw notFound("channel");
  return [channel];
}

async function lookAtAll(ctx: Ctx, channels: readonly ChannelRow[]): Promise<void> {
  const connected = channels.filter(({ status }) => status !== "disconnected");
  for (let i = 0; i < connected.length; i += AT_ONCE) await Promise.all(connected.slice(i, i + AT_ONCE).map(lookAndKeep));

  async function lookAndKeep(channel: ChannelRow): Promise<void> {
    const look = await lookAtNumber(channel, await speakerOf(ctx, channel.appId));
    await inTenantSql(ctx, async (sql) => {
      const changes = await keepChecks(sql, channel.id, await judge(sql, channel, look));
      const detail = { changes: changes.length };
      await audit(sql, [{ action: "channel.checked", subject: "channel", subjectId: channel.id, detail }]);
    });
  }
}

async function toViews(sql: Sql, channels: readonly ChannelRow[]): Promise<ConnectionView[]> {
  const ids = channels.map(({ id }) => id);
  const [kept, last] = [await readChecks(sql, ids), await lastInboundOf(sql, ids)];
  return channels.map(({ id, name, status }) => ({
    id,
    name,
    status,
    checkedAt: kept.get(id)?.checkedAt.toISOString() ?? null,
    lastInboundAt: last.get(id)?.toISOString() ?? null,
    lastCanaryAt: null,
    checks: kept.get(id)?.checks ?? [],
  }));
}

async function lastInboundOf(sql: Sql, channelIds: readonly Id<"channel">[]): Promise<Map<string, Date>> {
  const rows = await sql.rows<{ channel_id: string; at: Date }>(
    "standing.last_inbound",
    `select channel_id, max(last_inbound_at) as at from conversations
      where org_id = $1 and channel_id = any($2::uuid[]) and last_inbound_at is not null group by channel_id`,
    [sql.ctx.orgId, channelIds],
  );
  return new Map(rows.map((row) => [row.channel_id, row.at]));
}
