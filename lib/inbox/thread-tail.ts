import type { Sql } from "@/lib/platform/sql";

/** Step: the newest message of a conversation that was not taken back, or null. */
export async function listThreadTail(sql: Sql, conversationId: string) {
  const [row] = await sql.rows<{ id: string; at: Date; direction: "in" | "out"; body_sealed: Buffer | null }>(
    "messages.tail",
    `select m.id, m.at, m.direction, m.body_sealed from messages m left join outbox o on m.direction = 'out' and o.org_id = m.org_id and o.message_id = m.id
      where m.org_id = $1 and m.conversation_id = $2 and (o.state is null or o.state <> 'cancelled') order by m.at desc, m.id desc limit 1`,
    [sql.ctx.orgId, conversationId],
  );
  return row ?? null;
}
