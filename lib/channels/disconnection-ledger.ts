/** Steps: what the provider still has to be told of a number that a person disconnected. Whoever works on it holds a fence. */
import type { LockedChannel } from "@/lib/channels/disconnect-channel";
import type { LeftView } from "@/lib/channels/views";
import { asId, type Id } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface ClaimedDisconnection {
  channelId: Id<"channel">;
  /** This one included. */
  attempts: number;
  fence: number;
  /** The number was connected again meanwhile: what may have been told Meta since has to be looked at. */
  undone: boolean;
}

/** Takes a disconnection that is due. @param leaseMs after which another may look after it @returns null when it is not due, taken, or over */
export async function claimDisconnection(
  sql: Sql,
  id: Id<"disconnection">,
  leaseMs: number,
): Promise<ClaimedDisconnection | null> {
  const [row] = await sql.rows<{ channel_id: string; attempts: number; fence: number; undone: boolean }>(
    "disconnection.claim",
    `update disconnections set fence = nextval('fences'), attempts = attempts + 1, due_at = now() + make_interval(secs => $3)
      where org_id = $1 and id = $2 and due_at <= now() returning channel_id, attempts, fence, state = 'undone' as undone`,
    [sql.ctx.orgId, id, leaseMs / 1000],
  );
  return row
    ? { channelId: asId("channel", row.channel_id), attempts: row.attempts, fence: row.fence, undone: row.undone }
    : null;
}

type Held = Pick<ClaimedDisconnection, "fence">;

/** Gives a disconnection back, to be looked at again. @param counts false when nothing was tried */
export async function postponeDisconnection(
  sql: Sql,
  id: Id<"disconnection">,
  { fence }: Held,
  { againMs, code, counts }: { againMs: number; code: number | null; counts: boolean },
): Promise<void> {
  await sql.run(
    "disconnection.postpone",
    `update disconnections set due_at = now() + make_interval(secs => $4), code = $5, attempts = attempts - case when $6 then 0 else 1 end
      where org_id = $1 and id = $2 and due_at is not null and fence = $3`,
    [sql.ctx.orgId, id, fence, againMs / 1000, code, counts],
  );
}

/** Ends a disconnection. The channel is locked first, as everywhere. @returns false when it was connected again, or somebody else took it */
export async function settleDisconnection(
  sql: Sql,
  id: Id<"disconnection">,
  { fence }: Held,
  { state, code }: { state: Exclude<LeftView["provider"], "due">; code: number | null },
): Promise<boolean> {
  const n = await sql.run(
    "disconnection.settle",
    `update disconnections set state = $4, code = $5, due_at = null, finished_at = $6
      where org_id = $1 and id = $2 and state = 'due' and fence = $3`,
    [sql.ctx.orgId, id, fence, state, code, sql.ctx.now],
  );
  return n > 0;
}

/** Ends the look at a number that was connected again. */
export async function settleLook(sql: Sql, id: Id<"disconnection">, { fence }: Held): Promise<void> {
  await sql.run(
    "disconnection.looked",
    "update disconnections set due_at = null where org_id = $1 and id = $2 and state = 'undone' and fence = $3",
    [sql.ctx.orgId, id, fence],
  );
}

/**
 * A number that is connected again leaves nothing to be told. Where Meta may just be told, it stays due for a look: whoever tells Meta may
 * die before seeing that the number is back.
 */
export async function undoDisconnection(sql: Sql, channelId: LockedChannel["id"]): Promise<void> {
  await sql.run(
    "disconnection.undo",
    `update disconnections set state = 'undone', due_at = case when attempts > 0 then due_at end, finished_at = $3
      where org_id = $1 and channel_id = $2 and state = 'due'`,
    [sql.ctx.orgId, channelId, sql.ctx.now],
  );
}
