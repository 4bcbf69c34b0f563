/** Steps on how numbers stand: their checks as last looked at, what changed, which warnings were given. */
import { dropOf } from "@/lib/channels/drops";
import { CHECKS, type Check, isChange, type Known, remedyOf } from "@/lib/channels/model";
import type { ChangeView, CheckView } from "@/lib/channels/views";
import { type Id, newId } from "@/lib/kernel/ids";
import { log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import type { Sql } from "@/lib/platform/sql";

export interface Change {
  channelId: Id<"channel">;
  /** A check, `connection` for the number as a whole, or what the provider tells of: `account`, `security`, `alert`. */
  what: string;
  source: "check" | "provider" | "product" | "person";
  from: Known | null;
  to: Known;
  /** When the provider says it was; absent: now. */
  at?: Date;
  /** Of one that may be told again: written once by it. */
  id?: Id<"numberChange">;
}

/** Writes what changed of numbers; the rows are never touched again. What fell is counted, for the alarms. */
export async function noteChanges(sql: Sql, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const all = changes.map((c) => ({ ...c, id: c.id ?? newId("numberChange") }));
  const written = await sql.rows<{ id: string }>(
    "standing.changes",
    `insert into number_changes (org_id, id, channel_id, what, source, from_state, from_cause, from_value, to_state, to_cause, to_value, at)
      select $1, u.id, u.channel, u.what, u.source, u.fs, u.fc, u.fv, u.ts, u.tc, u.tv, u.at
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[])
        u (id, channel, what, source, fs, fc, fv, ts, tc, tv, at)
      on conflict (org_id, id) do nothing returning id`,
    [
      sql.ctx.orgId,
      all.map((c) => c.id),
      changes.map((c) => c.channelId),
      changes.map((c) => c.what),
      changes.map((c) => c.source),
      changes.map((c) => c.from?.state ?? null),
      changes.map((c) => c.from?.cause ?? null),
      changes.map((c) => c.from?.value ?? null),
      changes.map((c) => c.to.state),
      changes.map((c) => c.to.cause),
      changes.map((c) => c.to.value),
      changes.map((c) => c.at ?? sql.ctx.now),
    ],
  );
  const fresh = new Set(written.map(({ id }) => id));
  for (const change of all) if (fresh.has(change.id)) countDrop(change);
}

function countDrop(change: Change): void {
  const fell = dropOf(change);
  if (fell === null) return;
  counters.numberDrops.inc({ what: fell });
  log.warn("number.dropped", { channelId: change.channelId, what: fell });
}

/** A number as a whole that moved from one status to another. */
export interface Move {
  id: Id<"channel">;
  from: string;
  to: string;
  reason: string | null;
  source: Change["source"];
}
/** Step: writes down moves of numbers, in one statement. */
export const noteConnections = (sql: Sql, moves: readonly Move[]): Promise<void> =>
  noteChanges(
    sql,
    moves.map(({ id, from, to, reason, source }) => ({
      channelId: id,
      what: "connection",
      source,
      from: { state: from, cause: null, value: null },
      to: { state: to, cause: null, value: reason },
    })),
  );

/** Step: writes down that a number's webhooks were sent back to us; hosts only. */
export const noteCallback = (sql: Sql, channelId: Id<"channel">, { from, to }: { from: string; to: string }): Promise<void> =>
  noteChanges(sql, [
    {
      channelId,
      what: "callback",
      source: "check",
      from: { state: "fail", cause: null, value: from },
      to: { state: "pass", cause: null, value: to },
    },
  ]);

interface Row extends Known {
  channel_id: string;
  check_name: string;
  at: Date | null;
  /** Null: it was only told, never looked at. */
  checked_at: Date | null;
  known_state: string | null;
  known_cause: string | null;
  known_value: string | null;
  known_at: Date | null;
}

/** One at a time writes how a number stands. */
export const lockStanding = (sql: Sql, channelId: Id<"channel">) =>
  sql.rows("standing.lock", "select pg_advisory_xact_lock(hashtextextended($1::text, 11))", [channelId]);

/**
 * Keeps a number's checks as they came out, and writes each change since a check was last known. A look that began before
 * the one that is kept already, or before what the provider has told since, changes nothing.
 * @returns what changed
 */
export async function keepChecks(sql: Sql, channelId: Id<"channel">, checks: readonly Check[]): Promise<Change[]> {
  await lockStanding(sql, channelId);
  const before = new Map((await rowsOf(sql, [channelId])).map((row) => [row.check_name, row]));
  const isNew = (at: Date | null | undefined) => (at ?? new Date(0)) <= sql.ctx.now;
  const fresh = checks.filter(({ check }) => isNew(before.get(check)?.checked_at) && isNew(before.get(check)?.known_at));
  const knownBefore = ({ check }: Check): Known | null => {
    const row = before.get(check);
    return row?.known_state ? { state: row.known_state, cause: row.known_cause, value: row.known_value } : null;
  };
  const knownNow = (check: Check): Known | null => (check.cause === "unreached" ? knownBefore(check) : check);
  await sql.run(
    "standing.keep",
    `insert into number_checks (org_id, channel_id, check_name, state, cause, value, at, checked_at, known_state, known_cause, known_value, known_at)
      select $1, $2, u.name, u.state, u.cause, u.value, u.at, $3, u.ks, u.kc, u.kv, u.ka
      from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::timestamptz[])
        u (name, state, cause, value, at, ks, kc, kv, ka)
      on conflict (org_id, channel_id, check_name) do update set state = excluded.state, cause = excluded.cause, value = excluded.value,
        at = excluded.at, checked_at = excluded.checked_at, known_state = excluded.known_state, known_cause = excluded.known_cause,
        known_value = excluded.known_value, known_at = excluded.known_at`,
    [
      sql.ctx.orgId,
      channelId,
      sql.ctx.now,
      fresh.map((c) => c.check),
      fresh.map((c) => c.state),
      fresh.map((c) => c.cause),
      fresh.map((c) => c.value),
      fresh.map((c) => (c.at === null ? null : new Date(c.at))),
      fresh.map((c) => knownNow(c)?.state ?? null),
      fresh.map((c) => knownNow(c)?.cause ?? null),
      fresh.map((c) => knownNow(c)?.value ?? null),
      fresh.map((c) => (c.cause === "unreached" ? (before.get(c.check)?.known_at ?? null) : sql.ctx.now)),
    ],
  );
  const changes = fresh.flatMap((check): Change[] => {
    const from = knownBefore(check);
    return isChange(from, check) ? [{ channelId, what: check.check, source: "check", from, to: check }] : [];
  });
  await noteChanges(sql, changes);
  return changes;
}

const rowsOf = (sql: Sql, channelIds: readonly string[]) =>
  sql.rows<Row>(
    "standing.checks",
    `select channel_id, check_name, state, cause, value, at, checked_at, known_state, known_cause, known_value, known_at from number_checks
      where org_id = $1 and channel_id = any($2::uuid[])`,
    [sql.ctx.orgId, channelIds],
  );

export interface KeptChecks {
  checkedAt: Date;
  checks: CheckView[];
}

/** The checks of numbers as last kept, by channel id; one that was never looked at is not in it. */
export async function readChecks(sql: Sql, channelIds: readonly Id<"channel">[]): Promise<Map<string, KeptChecks>> {
  const by = new Map<string, Row[]>();
  for (const row of await rowsOf(sql, channelIds)) by.set(row.channel_id, [...(by.get(row.channel_id) ?? []), row]);
  return new Map(
    [...by].flatMap(([id, rows]): [string, KeptChecks][] => {
      const looks = rows.flatMap(({ checked_at }) => checked_at?.getTime() ?? []);
      const checks = CHECKS.flatMap((name) => rows.filter((row) => row.check_name === name).map(toCheckView));
      return looks.length === 0 ? [] : [[id, { checkedAt: new Date(Math.max(...looks)), checks }]];
    }),
  );
}

const toCheckView = ({ check_name, state, cause, value, at }: Row): CheckView => ({
  check: check_name,
  state: state as CheckView["state"], // the column's own check allows no other
  cause,
  ...remedyOf(cause),
  value,
  at: at?.toISOString() ?? null,
});

/** What changed of a number, newest first, at most a hundred. */
export async function listChanges(sql: Sql, channelId: Id<"channel">): Promise<ChangeView[]> {
  const rows = await sql.rows<Record<string, string | null> & { at: Date }>(
    "standing.history",
    `select id, at, what, source, from_state, from_cause, from_value, to_state, to_cause, to_value from number_changes
      where org_id = $1 and channel_id = $2 order by at desc, id desc limit 100`,
    [sql.ctx.orgId, channelId],
  );
  return rows.map((r) => ({
    id: r.id ?? "",
    at: r.at.toISOString(),
    what: r.what ?? "",
    source: r.source ?? "",
    from: r.from_state ? { state: r.from_state, cause: r.from_cause ?? null, value: r.from_value ?? null } : null,
    to: { state: r.to_state ?? "", cause: r.to_cause ?? null, value: r.to_value ?? null },
  }));
}

/** Takes the right to warn of a threshold. @returns false when it was taken before */
export async function takeWarning(
  sql: Sql,
  channelId: Id<"channel">,
  warning: { kind: "token" | "data_access"; expiresAt: number; days: number },
): Promise<boolean> {
  const taken = await sql.run(
    "standing.warn",
    `insert into token_warnings (org_id, channel_id, kind, expires_at, days, warned_at) values ($1, $2, $3, $4, $5, $6)
      on conflict (org_id, channel_id, kind, expires_at, days) do nothing`,
    [sql.ctx.orgId, channelId, warning.kind, new Date(warning.expiresAt), warning.days, sql.ctx.now],
  );
  return taken > 0;
}
