/** Step: an account left, paused or came back; its numbers follow. */
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
 * Moves the numbers of an account, keeping queues and history. Told again it changes nothing. A number that lost its
 * token does not come back by itself: only one that was paused does.
 * @returns the numbers that moved
 */
export async function applyAccountNews(
  sql: Sql,
  wabaId: string,
  { kind, reason }: { kind: keyof typeof MOVES; reason: string },
): Promise<Id<"channel">[]> {
  const { from, to } = MOVES[kind];
  const rows = await sql.rows<{ id: string }>(
    "channels.news",
    `update channels set status = $4, status_code = null, status_reason = $5 where org_id = $1 and waba_id = $2 and status = any($3::text[])
      and ($4 <> 'connected' or status_reason = 'ACCOUNT_OFFBOARDED') returning id`,
    [sql.ctx.orgId, wabaId, from, to, reason],
  );
  if (rows.length === 0) return [];
  log.warn("account.news", { kind, reason, channels: rows.length });
  await audit(
    sql,
    rows.map(({ id }) => ({ action: `channel.${to}`, subject: "channel", subjectId: id, detail: { reason, by: "provider" } })),
  );
  return rows.map(({ id }) => asId("channel", id));
}
