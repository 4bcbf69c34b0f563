/** Step: files of a phone app's past that have not come; Meta hands over those of the last 14 days only. */
import { PLACEHOLDER } from "@/lib/kernel/content";
import type { Sql } from "@/lib/platform/sql";

/** How many messages still stand for a file, by channel id; a number without any is left out. */
export async function countPlaceholders(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.rows<{ channel_id: string; n: number }>(
    "inbox.placeholders",
    `select v.channel_id, count(*)::int as n from messages m join conversations v on v.org_id = m.org_id and v.id = m.conversation_id
      where m.org_id = $1 and m.type = '${PLACEHOLDER}' group by v.channel_id`,
    [sql.ctx.orgId],
  );
  return new Map(rows.map((row) => [row.channel_id, row.n]));
}
