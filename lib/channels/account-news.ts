/** Step: an account left, paused or came back; its numbers follow. */
import { noteConnections } from "@/lib/channels/standing-store";
import { asId, type Id } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { log } from "@/lib/platform/log";
import type { Sql } from "@/lib/platform/sql";

/** From which states a number moves, and into which. */
const MOVES = {
  gone: { from: ["connected", "needs_reconnect", "blocked"], to: "disconnected" },
  paused: { from: ["connected"], to: "needs_reconnect" },
  back: { from: ["needs_reconnect"], to: "connected" },
} as const;

/**
 * Moves the numbers of an account, keeping queues and history. Told again it changes nothing, and neither does what is older than a
 * number's connection or than the last news of it: Meta repeats for days, and what was kept is handed over late. A number that lost its
 * token does not come back by itself: only one that was paused does.
 * @param news.channelId the one number an own app speaks of; null for all that are connected by our app
 * @param news.at when the provider says it was, else when it came
 * @returns the numbers that moved
 */
export async function applyAccountNews(
  sql: Sql,
  wabaId: string,
  { kind, reason, at, channelId }: { kind: keyof typeof MOVES; reason: string; at: Date; channelId: Id<"channel"> | null },
): Promise<Id<"channel">[]> {
  const { from, to } = MOVES[kind];
  const rows = await sql.rows<{ id: string; before: string }>(
    "channels.news",
    `with was as (select id, status from channels where org_id = $1 and waba_id = $2 and status = any($3::text[])
        and case when $7::uuid is null then app_id is null else id = $7 end
        and connected_at < $6 and (news_at is null or news_at <= $6) and ($4 <> 'connected' or status_reason = 'ACCOUNT_OFFBOARDED') for update)
      update channels c set status = $4, status_code = null, status_reason = $5, news_at = $6 from was where c.org_id = $1 and c.id = was.id
      returning c.id, was.status as before`,
    [sql.ctx.orgId, wabaId, from, to, reason, at, channelId],
  );
  if (rows.length === 0) return [];
  await noteConnections(
    sql,
    rows.map(({ id, before }) => ({ id: asId("channel", id), from: before, to, reason, source: "provider" })),
  );
  log.warn("account.news", { kind, reason, channels: rows.length });
  await audit(
    sql,
    rows.map(({ id }) => ({ action: `channel.${to}`, subject: "channel", subjectId: id, detail: { reason, by: "provider" } })),
  );
  return rows.map(({ id }) => asId("channel", id));
}
