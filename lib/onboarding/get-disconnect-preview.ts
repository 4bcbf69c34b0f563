import { findChannel, readHistory } from "@/lib/channels";
import { allow, isFresh } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { displayPhone } from "@/lib/kernel/phone";
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
    const { conversations, connecting } = await readOpen(sql, channelId);
    const { waiting, inAir, unknown } = await countWaiting(sql, channelId);
    return {
      channel: found,
      waiting,
      inAir: inAir + unknown,
      conversations,
      pastRunning: past !== undefined && !past.declined && (past.progress === null ? connecting : past.progress < 100),
    };
  });
  const { id, name, phone, status, coexistence, wabaId, appId } = channel;
  return {
    id,
    name,
    phone: phone && displayPhone(phone),
    status,
    coexistence,
    ownApp: appId !== null,
    ...counts,
    accountStays: await isAccountInUse({ wabaId, appId }, channelId),
    fresh: isFresh(ctx.authenticatedAt, ctx.now),
  };
}

/** Open conversations of a number, and whether the journey that connected it is still asking for its past. */
async function readOpen(sql: Sql, channelId: Id<"channel">): Promise<{ conversations: number; connecting: boolean }> {
  const [row] = await sql.rows<{ conversations: number; connecting: boolean }>(
    "disconnect.open",
    `select (select count(*)::int from conversations where org_id = $1 and channel_id = $2 and status = 'open') as conversations,
      exists (select from onboarding_sessions where org_id = $1 and channel_id = $2 and state = 'open') as connecting`,
    [sql.ctx.orgId, channelId],
  );
  return row ?? { conversations: 0, connecting: false };
}
