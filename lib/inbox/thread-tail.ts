import type { Sql } from "@/lib/platform/sql";

/** Step: the newest message of a part of a conversation that was not taken back, or null. @param part its times, half-open; null has no end */
export async function listTail(sql: Sql, conversationId: string, part: { from: Date | null; until: Date | null }) {
  const [row] = await sql.rows<{ id: string; at: Date; direction: "in" | "out"; body_sealed: Buffer | null }>(
    "messages.tail",
    `select m.id, m.at, m.direction, m.body_sealed from messages m left join outbox o on m.direction = 'out' and o.org_id = m.org_id and o.message_id = m.id
      where m.org_id = $1 and m.conversation_id = $2 and m.at >= coalesce($3::timestamptz, '-infinity') and m.at < coalesce($4::timestamptz, 'infinity')
        and (o.state is null or o.state <> 'cancelled') order by m.at desc, m.id desc limit 1`,
    [sql.ctx.orgId, conversationId, part.from, part.until],
  );
  return row ?? null;
}
