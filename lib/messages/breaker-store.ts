/** Steps on the breaker of a number. It lives on the row the claim locks. */
import type { Id } from "@/lib/kernel/ids";
import { afterCall, type Breaker } from "@/lib/messages/breaker";
import { DISPATCH_LEASE } from "@/lib/messages/model";
import type { Sql } from "@/lib/platform/sql";

/** One send goes out to see. Until it is back, or its lease is over, nothing else does. */
export async function startProbe(sql: Sql, channelId: Id<"channel">, fence: number): Promise<void> {
  await sql.run(
    "breaker.probe",
    `update channel_pace set probe_fence = $3, breaker_until = clock_timestamp() + make_interval(secs => $4)
      where org_id = $1 and channel_id = $2`,
    [sql.ctx.orgId, channelId, fence, DISPATCH_LEASE / 1000],
  );
}

/** Counts a call. @returns the breaker when this call opened it, else null */
export async function noteCall(
  sql: Sql,
  channelId: Id<"channel">,
  call: { fence: number; failed: boolean },
): Promise<{ trips: number; pauseMs: number } | null> {
  // a success with no failure in sight changes nothing: the row the claim needs is not touched
  const [row] = await sql.rows<Breaker & { probe: boolean }>(
    "breaker.lock",
    `select failures as calls, breaker_trips as trips, coalesce(probe_fence = $3, false) as probe from channel_pace
      where org_id = $1 and channel_id = $2 and ($4::bool or failures > 0 or breaker_trips > 0) for update`,
    [sql.ctx.orgId, channelId, call.fence, call.failed],
  );
  const next = row && afterCall(row, { failed: call.failed, probe: row.probe });
  if (!next) return null;
  await sql.run(
    "breaker.set",
    `update channel_pace set failures = $3, breaker_trips = $4, probe_fence = null,
        breaker_until = clock_timestamp() + make_interval(secs => $5) where org_id = $1 and channel_id = $2`,
    [sql.ctx.orgId, channelId, next.calls, next.trips, next.pauseMs === null ? null : next.pauseMs / 1000],
  );
  return next.pauseMs === null ? null : { trips: next.trips, pauseMs: next.pauseMs };
}
