/** Steps on outbox rows: claim, record, lapse. Every write after a claim names its fence, so a late worker changes nothing. */
import { asId, type Id } from "@/lib/kernel/ids";
import { callsAllowed } from "@/lib/messages/breaker";
import { DISPATCH_LEASE } from "@/lib/messages/model";
import type { Sql } from "@/lib/platform/sql";

export interface Claimed {
  outboxId: Id<"outbox">;
  messageId: Id<"message">;
  conversationId: Id<"conversation">;
  contactId: Id<"contact">;
  /** The identity the client was last heard from; null for a conversation that is older than its record. */
  replyTo: Id<"identity"> | null;
  attempts: number;
  fence: number;
  createdAt: Date;
  body: Buffer | null;
  templateId: string | null;
}
interface Due {
  id: string;
  message_id: string;
  conversation_id: string;
  contact_id: string;
  reply_identity_id: string | null;
  attempts: number;
  created_at: Date;
  needs_window: boolean;
  window_open: boolean;
  template_id: string | null;
  template_status: string | null;
  body_sealed: Buffer | null;
  fence: number;
}

/** What a claim found: rows to send, and rows that may no longer be sent, already recorded as rejected. */
export interface Claim {
  sends: Claimed[];
  refused: { messageId: Id<"message">; conversationId: Id<"conversation">; reason: string }[];
  /** More may be due, but the bucket is empty or paused or the breaker open; milliseconds until it is worth asking again. */
  waitMs: number | null;
  /** The breaker lets one send out to see; it must be told which. */
  probing: boolean;
}

const NOTHING: Claim = { sends: [], refused: [], waitMs: null, probing: false };
interface Pace {
  tokens: number;
  per_second: number;
  paused_ms: number;
  calls: number;
  trips: number;
  open_ms: number;
}

/**
 * Takes tokens and claims due messages of one number, at most one in flight per conversation, in the order written.
 * The 24-hour window and the template's approval are judged here, by the database's clock.
 */
export async function claimDue(sql: Sql, channelId: Id<"channel">, atMost: number): Promise<Claim> {
  const { orgId } = sql.ctx;
  // whoever holds the bucket's row dispatches this number; others find nothing
  const [pace] = await sql.rows<Pace>(
    "pace.lock",
    `select least(p.burst, p.tokens + p.per_second * extract(epoch from clock_timestamp() - p.refilled_at))::float8 as tokens,
        p.per_second::float8 as per_second, greatest(0, extract(epoch from p.paused_until - clock_timestamp()) * 1000)::float8 as paused_ms,
        p.failures as calls, p.breaker_trips as trips, greatest(0, extract(epoch from p.breaker_until - clock_timestamp()) * 1000)::float8 as open_ms
      from channel_pace p join channels c on c.org_id = p.org_id and c.id = p.channel_id and c.status = 'connected'
      where p.org_id = $1 and p.channel_id = $2 for update of p skip locked`,
    [orgId, channelId],
  );
  if (!pace) return NOTHING;
  if (pace.paused_ms > 0) return { ...NOTHING, waitMs: pace.paused_ms };
  const allowed = callsAllowed({ ...pace, openMs: pace.open_ms }, atMost);
  if (allowed < 1) return { ...NOTHING, waitMs: pace.open_ms };
  const room = Math.min(allowed, Math.floor(pace.tokens));
  if (room < 1) return { ...NOTHING, waitMs: ((1 - pace.tokens) / pace.per_second) * 1000 };

  const due = await sql.rows<Due>(
    "outbox.claim",
    `with due as (
       select o.id from outbox o where o.org_id = $1 and o.channel_id = $2 and o.state in ('held', 'queued') and o.release_at <= now() and o.next_attempt_at <= now()
         and not exists (select 1 from outbox p where p.org_id = o.org_id and p.conversation_id = o.conversation_id
           and p.state in ('held', 'queued', 'dispatching') and (p.created_at, p.id) < (o.created_at, o.id))
       order by o.next_attempt_at, o.id limit $3 for update skip locked)
     update outbox o set state = 'dispatching', attempts = o.attempts + 1, fence = nextval('fences'), lease_until = now() + make_interval(secs => $4)
     from due, conversations c, messages m
     where o.org_id = $1 and o.id = due.id and c.org_id = $1 and c.id = o.conversation_id and m.org_id = $1 and m.id = o.message_id
     returning o.id, o.message_id, o.conversation_id, c.contact_id, c.reply_identity_id, o.attempts, o.created_at, o.needs_window, o.fence, o.template_id, m.body_sealed,
       coalesce(c.last_inbound_at > now() - interval '24 hours', false) as window_open,
       (select t.status from templates t where t.org_id = $1 and t.id = o.template_id) as template_status`,
    [orgId, channelId, room, DISPATCH_LEASE / 1000],
  );
  if (due.length > 0) {
    await sql.run(
      "pace.take",
      `update channel_pace set tokens = $3::numeric - $4::int, refilled_at = clock_timestamp(), per_second = least(max_per_second, per_second + 0.02 * $4::int)
        where org_id = $1 and channel_id = $2`,
      [orgId, channelId, pace.tokens, due.length],
    );
  }
  const out: Claim = { sends: [], refused: [], waitMs: null, probing: pace.trips > 0 };
  for (const d of due) {
    const ids = { messageId: asId("message", d.message_id), conversationId: asId("conversation", d.conversation_id) };
    const reason =
      d.needs_window && !d.window_open
        ? "window_closed"
        : d.template_id && d.template_status !== "APPROVED"
          ? "template_not_approved"
          : null;
    if (reason) {
      await reject(sql, { outboxId: asId("outbox", d.id), messageId: ids.messageId, fence: d.fence }, null, reason);
      out.refused.push({ ...ids, reason });
      continue;
    }
    out.sends.push({
      ...ids,
      outboxId: asId("outbox", d.id),
      contactId: asId("contact", d.contact_id),
      replyTo: d.reply_identity_id ? asId("identity", d.reply_identity_id) : null,
      attempts: d.attempts,
      fence: d.fence,
      createdAt: d.created_at,
      body: d.body_sealed,
      templateId: d.template_id,
    });
  }
  return out;
}

type Held = Pick<Claimed, "outboxId" | "messageId" | "fence">;

/** Moves a dispatching row on, only under its own fence. @returns whether it still was ours */
async function settle(sql: Sql, held: Held, state: string, code: number | null): Promise<boolean> {
  const n = await sql.run(
    "outbox.settle",
    `update outbox set state = $4, last_code = $5, lease_until = null, settled_at = case when $4 in ('accepted', 'rejected') then now() end,
        unknown_since = case when $4 = 'unknown' then now() end
      where org_id = $1 and id = $2 and fence = $3 and state = 'dispatching'`,
    [sql.ctx.orgId, held.outboxId, held.fence, state, code],
  );
  return n > 0;
}

/** The provider took it. A receipt may have settled the row before us; the wamid is kept either way. */
export async function accept(sql: Sql, held: Held, phoneNumberId: string, wamid: string, qualityHeld: boolean): Promise<Buffer> {
  // an answer that came after the lease still is the answer
  await sql.run(
    "outbox.accept",
    `update outbox set state = 'accepted', lease_until = null, unknown_since = null, settled_at = now()
      where org_id = $1 and id = $2 and fence = $3 and state in ('dispatching', 'unknown', 'needs_review')`,
    [sql.ctx.orgId, held.outboxId, held.fence],
  );
  const lookup = sql.keys.wamidLookup(phoneNumberId, wamid);
  await sql.run(
    "message.accepted",
    `update messages set accepted_at = least(accepted_at, now()), quality_held = $5, wamid_sealed = coalesce(wamid_sealed, $3), wamid_lookup = coalesce(wamid_lookup, $4)
      where org_id = $1 and id = $2`,
    [sql.ctx.orgId, held.messageId, sql.keys.seal("messages", "wamid_sealed", held.messageId, wamid), lookup, qualityHeld],
  );
  return lookup;
}

/** It certainly was not taken and trying again would not help. */
export async function reject(sql: Sql, held: Held, code: number | null, reason: string): Promise<void> {
  if (!(await settle(sql, held, "rejected", code))) return;
  await sql.run(
    "message.rejected",
    "update messages set failed_at = now(), failure_code = $3, failure_reason = $4 where org_id = $1 and id = $2 and failed_at is null",
    [sql.ctx.orgId, held.messageId, code, reason],
  );
}

/** Nobody can tell whether it left: wait for a receipt with our tag. */
export const markUnknown = (sql: Sql, held: Held, code: number | null) => settle(sql, held, "unknown", code);

/** It certainly did not leave: back into the queue, not before `delayMs` from now. */
export async function putBack(sql: Sql, held: Held, code: number | null, delayMs: number): Promise<void> {
  await sql.run(
    "outbox.put_back",
    `update outbox set state = 'queued', last_code = $4, lease_until = null, next_attempt_at = now() + make_interval(secs => $5)
      where org_id = $1 and id = $2 and fence = $3 and state = 'dispatching'`,
    [sql.ctx.orgId, held.outboxId, held.fence, code, delayMs / 1000],
  );
}

/** Slows a number down after the provider throttled it: half the pace, and a pause. */
export async function slowDown(sql: Sql, channelId: Id<"channel">, pauseMs: number): Promise<void> {
  await sql.run(
    "pace.slow",
    `update channel_pace set per_second = greatest(1, per_second / 2), tokens = 0, refilled_at = clock_timestamp(),
        paused_until = greatest(paused_until, now() + make_interval(secs => $3)) where org_id = $1 and channel_id = $2`,
    [sql.ctx.orgId, channelId, pauseMs / 1000],
  );
}

interface Moved {
  message_id: string;
  conversation_id: string;
}
const toMoved = (rows: Moved[]) =>
  rows.map((r) => ({ messageId: asId("message", r.message_id), conversationId: asId("conversation", r.conversation_id) }));

/** Claims whose worker died in the call: nobody can tell. */
export const lapseLeases = async (sql: Sql) =>
  toMoved(
    await sql.rows<Moved>(
      "outbox.lapse",
      `update outbox set state = 'unknown', unknown_since = now(), lease_until = null
        where org_id = $1 and state = 'dispatching' and lease_until < now() returning message_id, conversation_id`,
      [sql.ctx.orgId],
    ),
  );

/** Unknowns that stayed silent: a person decides. */
export const expireUnknown = async (sql: Sql, afterSeconds: number) =>
  toMoved(
    await sql.rows<Moved>(
      "outbox.expire",
      `update outbox set state = 'needs_review' where org_id = $1 and state = 'unknown' and unknown_since < now() - make_interval(secs => $2)
        returning message_id, conversation_id`,
      [sql.ctx.orgId, afterSeconds],
    ),
  );
