import { findChannel, readHistory } from "@/lib/channels";
import { allow, isFresh } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { countWaiting } from "@/lib/messages";
import { isAccountInUse } from "@/lib/onboarding/account-in-use";
import type { DisconnectPreview } from "@/lib/onboarding/views";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** What disconnecting a number would do, before anybody does it: counts and states, no content. @throws AppError `not_found` */
export async function getDisconnectPreview(ctx: Ctx, { channelId }: { channelId: Id<"channel"> }): Promise<DisconnectPreview> {
  allow(ctx, "numbers.connect");
  const { channel, ...counts } = await inTenantSql(ctx, async (sql) => {
    const found = await findChannel(sql, channelId);
    if (!found) throw notFound("channel");
    const past = (await readHistory(sql)).get(channelId);
    const { waiting, inAir, unknown } = await countWaiting(sql, channelId);
    return {
      channel: found,
      waiting,
      inAir: inAir + unknown,
      conversations: await countOpen(sql, channelId),
      pastRunning: past?.progress != null && past.progress < 100 && !past.declined,
    };
  });
  const { id, name, phone, status, coexistence, wabaId, appId } = channel;
  return {
    id,
    name,
    phone,
    status,
    coexistence,
    ownApp: appId !== null,
    ...counts,
    accountStays: await isAccountInUse({ wabaId, appId }, channelId),
    fresh: isFresh(ctx.authenticatedAt, ctx.now),
  };
}

async function countOpen(sql: Sql, channelId: Id<"channel">): Promise<number> {
  const [row] = await sql.rows<{ n: number }>(
    "disconnect.conversations",
    "select count(*)::int as n from conversations where org_id = $1 and channel_id = $2 and status = 'open'",
    [sql.ctx.orgId, channelId],
  );
  return row?.n ?? 0;
}
