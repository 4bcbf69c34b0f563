/** Step: which pieces of a number's past have arrived, in whatever order and however often. */
import type { Id } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface HistoryPiece {
  channelId: Id<"channel">;
  phase: number;
  order: number;
  /** Place among the parts of the chunk, from 0. */
  part: number;
  /** Percent of the whole, 0 to 100. */
  progress: number;
  messages: number;
}

/** Notes pieces; one that was noted before changes nothing. */
export async function noteHistory(sql: Sql, pieces: readonly HistoryPiece[]): Promise<void> {
  if (pieces.length === 0) return;
  await sql.run(
    "history.note",
    `insert into history_chunks (org_id, channel_id, phase, chunk_order, part, progress, messages, received_at)
      select distinct on (u.channel, u.phase, u.ord, u.part) $1, u.channel, u.phase, u.ord, u.part, u.progress, u.messages, $8
      from unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[]) u (channel, phase, ord, part, progress, messages)
      on conflict (org_id, channel_id, phase, chunk_order, part) do nothing`,
    [
      sql.ctx.orgId,
      pieces.map((p) => p.channelId),
      pieces.map((p) => p.phase),
      pieces.map((p) => p.order),
      pieces.map((p) => p.part),
      pieces.map((p) => p.progress),
      pieces.map((p) => p.messages),
      sql.ctx.now,
    ],
  );
}

/** Notes that sharing the past was refused on the phone. */
export async function noteDeclined(sql: Sql, channelId: Id<"channel">, code: number): Promise<void> {
  await sql.run("history.declined", "update channels set history_declined = $3 where org_id = $1 and id = $2", [
    sql.ctx.orgId,
    channelId,
    code,
  ]);
}

/** Notes when numbers' phone apps were heard of; what came late moves nothing back. */
export async function noteAppSeen(sql: Sql, seen: readonly { channelId: Id<"channel">; at: Date }[]): Promise<void> {
  const last = new Map<Id<"channel">, Date>();
  for (const { channelId, at } of seen) if (at > (last.get(channelId) ?? new Date(0))) last.set(channelId, at);
  if (last.size === 0) return;
  await sql.run(
    "channels.app_seen",
    `update channels c set app_seen_at = u.at from unnest($2::uuid[], $3::timestamptz[]) u (id, at)
      where c.org_id = $1 and c.id = u.id and (c.app_seen_at is null or c.app_seen_at < u.at - interval '1 minute')`,
    [sql.ctx.orgId, [...last.keys()], [...last.values()]],
  );
}

export interface HistoryState {
  /** Percent told so far; null when nothing has come yet. */
  progress: number | null;
  messages: number;
  declined: boolean;
}

/** How far the past of each number of the phone app has come, by channel id. */
export async function readHistory(sql: Sql): Promise<Map<string, HistoryState>> {
  const rows = await sql.rows<{
    id: string;
    progress: number | null;
    messages: number;
    history_declined: number | null;
  }>(
    "history.state",
    `select c.id, max(h.progress) as progress, coalesce(sum(h.messages), 0)::int as messages, c.history_declined
      from channels c left join history_chunks h on h.org_id = c.org_id and h.channel_id = c.id
      where c.org_id = $1 and c.coexistence group by c.org_id, c.id, c.history_declined`,
    [sql.ctx.orgId],
  );
  return new Map(rows.map((r) => [r.id, { progress: r.progress, messages: r.messages, declined: r.history_declined !== null }]));
}
