/** Steps on what waits to go out through one number. */
import { asId, type Id } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";
import type { FailureReason } from "@/lib/providers/ports";

const REASON: FailureReason = "number_disconnected";

/**
 * Ends what waits on a number that was disconnected: it has not left, and a person may send it once more later. What is on its way is left
 * to come to its own end.
 * @returns the messages that will not go
 */
export async function rejectWaiting(
  sql: Sql,
  channelId: Id<"channel">,
): Promise<{ messageId: Id<"message">; conversationId: Id<"conversation"> }[]> {
  const rows = await sql.rows<{ message_id: string; conversation_id: string }>(
    "outbox.reject_waiting",
    `with gone as (
        update outbox set state = 'rejected', settled_at = now() where org_id = $1 and channel_id = $2 and state in ('held', 'queued')
        returning message_id, conversation_id),
      told as (update messages m set failed_at = now(), failure_reason = '${REASON}' from gone where m.org_id = $1 and m.id = gone.message_id and m.failed_at is null)
      select message_id, conversation_id from gone`,
    [sql.ctx.orgId, channelId],
  );
  return rows.map((r) => ({ messageId: asId("message", r.message_id), conversationId: asId("conversation", r.conversation_id) }));
}

export interface Waiting {
  /** Written and not on its way yet. */
  waiting: number;
  /** On its way: it may still come back to wait. */
  inAir: number;
  /** Perhaps gone, perhaps not; it does not come back. */
  unknown: number;
}
/** How much waits on a number, and how much is on its way. */
export async function countWaiting(sql: Sql, channelId: Id<"channel">): Promise<Waiting> {
  const [row] = await sql.rows<{ waiting: number; in_air: number; unknown: number }>(
    "outbox.count_waiting",
    `select count(*) filter (where state in ('held', 'queued'))::int as waiting, count(*) filter (where state = 'dispatching')::int as in_air,
        count(*) filter (where state = 'unknown')::int as unknown
      from outbox where org_id = $1 and channel_id = $2 and state in ('held', 'queued', 'dispatching', 'unknown')`,
    [sql.ctx.orgId, channelId],
  );
  return { waiting: row?.waiting ?? 0, inAir: row?.in_air ?? 0, unknown: row?.unknown ?? 0 };
}
