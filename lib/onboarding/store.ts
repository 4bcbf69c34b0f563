/** Steps on the rows of a journey. */
import { AppError, notFound } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { type Facts, NO_FACTS, openFacts, sealFacts } from "@/lib/onboarding/facts";
import { type Cause, type Path, STEP_LEASE, type Step, type StepRow, type StepState } from "@/lib/onboarding/model";
import { openable } from "@/lib/platform/crypto/openable";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import type { Sql } from "@/lib/platform/sql";

export interface Session {
  id: Id<"onboarding">;
  trackingCode: string;
  path: Path;
  state: "open" | "done" | "cancelled" | "expired";
  startedBy: Id<"user">;
  facts: Facts;
  /** False when its facts do not open: they look like none, and nothing but giving it up may be built on that. */
  readable: boolean;
  channelId: Id<"channel"> | null;
  createdAt: Date;
  expiresAt: Date;
}
/** A journey as its row holds it. */
export interface SessionRow {
  id: string;
  tracking_code: string;
  path: Path;
  state: Session["state"];
  started_by: string;
  facts_sealed: Buffer | null;
  channel_id: string | null;
  created_at: Date;
  expires_at: Date;
}
const COLUMNS = "id, tracking_code, path, state, started_by, facts_sealed, channel_id, created_at, expires_at";

/** A row with its facts opened. */
export function toSession(keys: OrgKeys, r: SessionRow): Session {
  const id = asId("onboarding", r.id);
  const facts = openable("onboarding_sessions", id, () => openFacts(keys, id, r.facts_sealed));
  return {
    id,
    trackingCode: r.tracking_code,
    path: r.path,
    state: r.state,
    startedBy: asId("user", r.started_by),
    facts: facts ?? NO_FACTS,
    readable: facts !== null,
    channelId: r.channel_id === null ? null : asId("channel", r.channel_id),
    createdAt: r.created_at,
    expiresAt: r.expires_at,
  };
}

/** @throws AppError `precondition` `not_open` when the journey is over, `unreadable` when what it found out does not open */
export function assertGoesOn(session: Pick<Session, "state" | "expiresAt" | "readable">, now: Date): void {
  assertOpen(session, now);
  if (!session.readable) throw new AppError("precondition", "unreadable");
}

/** @throws AppError `precondition` `not_open` when the journey is over */
export function assertOpen({ state, expiresAt }: Pick<Session, "state" | "expiresAt">, now: Date): void {
  if (state !== "open" || expiresAt <= now) throw new AppError("precondition", "not_open");
}

export async function insertSession(
  sql: Sql,
  session: Pick<Session, "id" | "trackingCode" | "path" | "startedBy" | "createdAt" | "expiresAt">,
): Promise<void> {
  await sql.run(
    "onboarding.insert",
    "insert into onboarding_sessions (org_id, id, tracking_code, path, started_by, facts_sealed, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    [
      sql.ctx.orgId,
      session.id,
      session.trackingCode,
      session.path,
      session.startedBy,
      sealFacts(sql, session.id, NO_FACTS),
      session.createdAt,
      session.expiresAt,
    ],
  );
}

/** @throws AppError `not_found` */
export async function getSessionRow(sql: Sql, id: Id<"onboarding">): Promise<SessionRow> {
  const [row] = await sql.rows<SessionRow>(
    "onboarding.get",
    `select ${COLUMNS} from onboarding_sessions where org_id = $1 and id = $2`,
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("onboarding");
  return row;
}

/** The same with its facts opened. @throws AppError `not_found` */
export const getSession = async (sql: Sql, id: Id<"onboarding">): Promise<Session> =>
  toSession(sql.keys, await getSessionRow(sql, id));

/** The same, locked until the transaction ends: two browsers, or a browser and a worker, meet here. */
export async function lockSession(sql: Sql, id: Id<"onboarding">): Promise<Session> {
  const [row] = await sql.rows<SessionRow>(
    "onboarding.lock",
    `select ${COLUMNS} from onboarding_sessions where org_id = $1 and id = $2 for update`,
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("onboarding");
  return toSession(sql.keys, row);
}

/** All open journeys, locked until the transaction ends, in one order for all who do. */
export async function lockOpenSessions(sql: Sql): Promise<Session[]> {
  const rows = await sql.rows<SessionRow>(
    "onboarding.lock_open",
    `select ${COLUMNS} from onboarding_sessions where org_id = $1 and state = 'open' order by id for update`,
    [sql.ctx.orgId],
  );
  return rows.map((r) => toSession(sql.keys, r));
}

/** Open journeys, newest first, at most fifty. */
export async function listOpenSessions(sql: Sql): Promise<Session[]> {
  const rows = await sql.rows<SessionRow>(
    "onboarding.list",
    `select ${COLUMNS} from onboarding_sessions where org_id = $1 and state = 'open' order by created_at desc, id limit 50`,
    [sql.ctx.orgId],
  );
  return rows.map((r) => toSession(sql.keys, r));
}

/** The steps of several journeys, by journey; one that has not begun has none. */
export async function listStepsOf(sql: Sql, sessionIds: readonly Id<"onboarding">[]): Promise<Map<string, StepRow[]>> {
  const rows = await sql.rows<StepRow & { session_id: string }>(
    "onboarding.steps",
    "select session_id, step, state, attempts, cause, code, subcode from onboarding_steps where org_id = $1 and session_id = any($2::uuid[])",
    [sql.ctx.orgId, sessionIds],
  );
  const by = new Map<string, StepRow[]>(sessionIds.map((id) => [id, []]));
  for (const { session_id, ...step } of rows) by.get(session_id)?.push(step);
  return by;
}
export const listSteps = async (sql: Sql, sessionId: Id<"onboarding">): Promise<StepRow[]> =>
  (await listStepsOf(sql, [sessionId])).get(sessionId) ?? [];

export interface StepMark {
  state: StepState;
  cause?: Cause | null;
  code?: number | null;
  subcode?: number | null;
}
/** Writes what became of a step. `running` counts an attempt. */
export async function markStep(sql: Sql, sessionId: Id<"onboarding">, step: Step, mark: StepMark): Promise<void> {
  await sql.run(
    "onboarding.mark",
    `insert into onboarding_steps as s (org_id, session_id, step, state, attempts, cause, code, subcode, started_at, finished_at)
      values ($1, $2, $3, $4, case when $4 = 'running' then 1 else 0 end, $5, $6, $7, case when $4 = 'running' then $8::timestamptz end,
        case when $4 in ('done', 'skipped', 'failed') then $8::timestamptz end)
      on conflict (org_id, session_id, step) do update set state = excluded.state, attempts = s.attempts + excluded.attempts,
        cause = excluded.cause, code = excluded.code, subcode = excluded.subcode,
        started_at = coalesce(excluded.started_at, s.started_at), finished_at = excluded.finished_at`,
    [sql.ctx.orgId, sessionId, step, mark.state, mark.cause ?? null, mark.code ?? null, mark.subcode ?? null, sql.ctx.now],
  );
}

/** Lets a step run as if it never had. */
export async function resetStep(sql: Sql, sessionId: Id<"onboarding">, step: Step): Promise<void> {
  await sql.run(
    "onboarding.reset",
    "update onboarding_steps set state = 'waiting', attempts = 0, cause = null, code = null, subcode = null, finished_at = null where org_id = $1 and session_id = $2 and step = $3",
    [sql.ctx.orgId, sessionId, step],
  );
}

export async function saveFacts(sql: Sql, id: Id<"onboarding">, facts: Facts): Promise<void> {
  await sql.run("onboarding.facts", "update onboarding_sessions set facts_sealed = $3 where org_id = $1 and id = $2", [
    sql.ctx.orgId,
    id,
    sealFacts(sql, id, facts),
  ]);
}

/** Takes a journey for one step. @returns the fence its result must show, or null when somebody else has it or nothing is open */
export async function takeLease(sql: Sql, id: Id<"onboarding">): Promise<number | null> {
  const [row] = await sql.rows<{ fence: number }>(
    "onboarding.lease",
    `update onboarding_sessions set fence = nextval('fences'), lease_until = now() + make_interval(secs => $3), due_at = now() + make_interval(secs => $3)
      where org_id = $1 and id = $2 and state = 'open' and expires_at > now() and (lease_until is null or lease_until < now()) returning fence`,
    [sql.ctx.orgId, id, STEP_LEASE / 1000],
  );
  return row?.fence ?? null;
}

/** Takes a locked journey whoever has it: what that one is finding out will no longer be written. */
export async function seizeLease(sql: Sql, id: Id<"onboarding">): Promise<number> {
  const [row] = await sql.rows<{ fence: number }>(
    "onboarding.seize",
    `update onboarding_sessions set fence = nextval('fences'), lease_until = now() + make_interval(secs => $3), due_at = now() + make_interval(secs => $3)
      where org_id = $1 and id = $2 returning fence`,
    [sql.ctx.orgId, id, STEP_LEASE / 1000],
  );
  if (!row) throw notFound("onboarding");
  return row.fence;
}

/**
 * Gives a journey back, to be looked at again after a while, or only when somebody asks.
 * @returns false when another worker has taken it since: what was found out must then not be written
 */
export async function giveBack(sql: Sql, id: Id<"onboarding">, fence: number, againMs: number | null): Promise<boolean> {
  const n = await sql.run(
    "onboarding.release",
    `update onboarding_sessions set lease_until = null, due_at = case when $4::float8 is null then null else now() + make_interval(secs => $4) end
      where org_id = $1 and id = $2 and fence = $3`,
    [sql.ctx.orgId, id, fence, againMs === null ? null : againMs / 1000],
  );
  return n > 0;
}

/** Makes a journey due at once. */
export async function makeDue(sql: Sql, id: Id<"onboarding">): Promise<void> {
  await sql.run(
    "onboarding.due",
    "update onboarding_sessions set due_at = now() where org_id = $1 and id = $2 and state = 'open'",
    [sql.ctx.orgId, id],
  );
}

/** Ends a journey. What it found out, token and PIN included, and its presses are destroyed: the channel has what it needs. */
export async function finishSession(
  sql: Sql,
  id: Id<"onboarding">,
  state: "done" | "cancelled",
  channelId: Id<"channel"> | null,
): Promise<void> {
  await sql.run(
    "onboarding.finish",
    `update onboarding_sessions set state = $3, channel_id = coalesce($4, channel_id), facts_sealed = null, finished_at = $5, due_at = null, lease_until = null
      where org_id = $1 and id = $2`,
    [sql.ctx.orgId, id, state, channelId, sql.ctx.now],
  );
  await sql.run("onboarding.forget_presses", "delete from onboarding_presses where org_id = $1 and session_id = $2", [
    sql.ctx.orgId,
    id,
  ]);
}
