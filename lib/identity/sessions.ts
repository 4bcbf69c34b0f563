/** Session rows: made at sign-in, checked on every request, revoked at once. The cookie carries only a random id. */
import { createHash, randomBytes } from "node:crypto";
import { isSessionLive, permissionsOf, SESSION_IDLE, SESSION_LIFE, SESSION_TOUCH, SESSIONS_PER_USER } from "@/lib/identity/model";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { audit } from "@/lib/platform/audit";
import { inSystem, inTenantSql, type SystemSql } from "@/lib/platform/sql";

/** The random 256-bit id, base64url; only its hash is stored. */
export type SessionSecret = string;
export const hashSession = (secret: SessionSecret) => createHash("sha256").update(secret).digest();

interface SessionRow {
  user_id: string;
  active_org_id: string;
  idle_until: Date;
  absolute_until: Date;
  last_seen_at: Date;
  revoked_at: Date | null;
  authenticated_at: Date | null;
  role: string;
}

const FIND = `select s.user_id, s.active_org_id, s.idle_until, s.absolute_until, s.last_seen_at, s.revoked_at, s.authenticated_at, m.role
  from sessions s join memberships m on m.org_id = s.active_org_id and m.user_id = s.user_id and m.active
  where s.id_hash = $1`;

/**
 * The context of a live session, or null. Extends the idle end at most once a minute.
 * @param requestId goes into logs and problem responses
 */
export async function findSession(secret: SessionSecret, requestId: string, now: Date): Promise<Ctx | null> {
  const idHash = hashSession(secret);
  return inSystem("session", async (sql) => {
    const [row] = await sql.rows<SessionRow>("session.find", FIND, [idHash]);
    if (!row) return null;
    if (!isSessionLive({ idleUntil: row.idle_until, absoluteUntil: row.absolute_until, revokedAt: row.revoked_at }, now))
      return null;
    if (now.getTime() - row.last_seen_at.getTime() > SESSION_TOUCH) {
      await sql.run("session.touch", "update sessions set last_seen_at = $2, idle_until = $3 where id_hash = $1", [
        idHash,
        now,
        addMs(now, SESSION_IDLE),
      ]);
    }
    return {
      orgId: asId("organisation", row.active_org_id),
      actor: { kind: "user", userId: asId("user", row.user_id) },
      role: row.role,
      permissions: permissionsOf(row.role),
      now,
      requestId,
      authenticatedAt: row.authenticated_at,
    };
  });
}

export type StreamFate = "live" | "ended" | "changed";

/**
 * What became of the sessions behind open streams. `changed` means the person moved to another organisation in another
 * tab; a changed role ends the stream too, since its rights were judged when it began.
 * @returns one per entry, in their order: two streams of one session may have begun under different rights
 */
export async function fatesOfSessions(
  list: readonly { idHash: Buffer; role: string | null; orgId: string }[],
  now: Date,
): Promise<StreamFate[]> {
  const rows = await inSystem("session streams", (sql) =>
    sql.rows<{ id_hash: Buffer; role: string | null; active_org_id: string; live: boolean; revoked_why: string | null }>(
      "session.fates",
      `select s.id_hash, m.role, s.active_org_id, s.revoked_why, s.revoked_at is null and s.idle_until > $2 and s.absolute_until > $2 as live
        from sessions s left join memberships m on m.org_id = s.active_org_id and m.user_id = s.user_id and m.active
        where s.id_hash = any($1::bytea[])`,
      [list.map((l) => l.idHash), now],
    ),
  );
  const found = new Map(rows.map((r) => [r.id_hash.toString("hex"), r]));
  return list.map((l) => {
    const row = found.get(l.idHash.toString("hex"));
    if (row?.live && row.role === l.role && row.active_org_id === l.orgId) return "live";
    return row?.revoked_why === "switched" ? "changed" : "ended";
  });
}

interface Opening {
  userId: string;
  orgId: string;
  device: string;
  now: Date;
  /** The absolute end; a move to another organisation does not stretch it. */
  until: Date;
  /** When the password was checked; a move is no such check. */
  authenticatedAt: Date | null;
}
async function insertSession(
  sql: SystemSql,
  { userId, orgId, device, now, until, authenticatedAt }: Opening,
): Promise<SessionSecret> {
  const secret = randomBytes(32).toString("base64url");
  await sql.run(
    "session.insert",
    `insert into sessions (id_hash, user_id, active_org_id, device, created_at, last_seen_at, idle_until, absolute_until, authenticated_at)
      values ($1, $2, $3, $4, $5, $5, $6, $7, $8)`,
    [hashSession(secret), userId, orgId, device.slice(0, 200), now, addMs(now, SESSION_IDLE), until, authenticatedAt],
  );
  await sql.run(
    "session.trim",
    `update sessions set revoked_at = $2, revoked_why = 'too_many' where id_hash in (
      select id_hash from sessions where user_id = $1 and revoked_at is null order by created_at desc offset $3)`,
    [userId, now, SESSIONS_PER_USER],
  );
  return secret;
}

/** Opens a session for a person whose password was checked. @throws AppError `forbidden` without any membership */
export async function openSession(userId: Id<"user">, device: string, now: Date): Promise<SessionSecret> {
  const opened = await inSystem("sign-in", async (sql) => {
    const [org] = await sql.rows<{ org_id: string }>(
      "session.first_org",
      `select m.org_id from memberships m where m.user_id = $1 and m.active
        order by (select max(s.created_at) from sessions s where s.user_id = m.user_id and s.active_org_id = m.org_id) desc nulls last, m.created_at
        limit 1`,
      [userId],
    );
    if (!org) throw new AppError("forbidden", "no_organisation");
    const opening = { userId, orgId: org.org_id, device, now, until: addMs(now, SESSION_LIFE), authenticatedAt: now };
    return { secret: await insertSession(sql, opening), orgId: asId("organisation", org.org_id) };
  });
  await note(opened.orgId, userId, "session.opened", now);
  return opened.secret;
}

/** Ends a session; its streams close within seconds. Ending an unknown one is no error. */
export async function revokeSession(secret: SessionSecret, why: string, now: Date): Promise<void> {
  const [row] = await inSystem("sign-out", (sql) =>
    sql.rows<{ user_id: string; active_org_id: string }>(
      "session.revoke",
      "update sessions set revoked_at = $2, revoked_why = $3 where id_hash = $1 and revoked_at is null returning user_id, active_org_id",
      [hashSession(secret), now, why],
    ),
  );
  if (row) await note(asId("organisation", row.active_org_id), asId("user", row.user_id), "session.revoked", now);
}

/**
 * Moves a person to another of their organisations: a new session, the old one revoked.
 * @throws AppError `not_found` if they are no member there
 */
export async function switchOrganisation(
  ctx: Ctx,
  input: { secret: SessionSecret; organisationId: Id<"organisation"> },
): Promise<SessionSecret> {
  if (ctx.actor.kind !== "user") throw new AppError("forbidden", "people_only");
  const userId = ctx.actor.userId;
  const { secret, leftId } = await inSystem("switch organisation", async (sql) => {
    const [member] = await sql.rows(
      "session.member",
      "select 1 as one from memberships where org_id = $1 and user_id = $2 and active",
      [input.organisationId, userId],
    );
    if (!member) throw new AppError("not_found", "organisation");
    const [left] = await sql.rows<{
      absolute_until: Date;
      device: string;
      active_org_id: string;
      authenticated_at: Date | null;
    }>(
      "session.leave",
      "update sessions set revoked_at = $2, revoked_why = 'switched' where id_hash = $1 and user_id = $3 and revoked_at is null returning absolute_until, device, active_org_id, authenticated_at",
      [hashSession(input.secret), ctx.now, userId],
    );
    if (!left) throw new AppError("unauthenticated", "no_session");
    const opening = {
      userId,
      orgId: input.organisationId,
      device: left.device,
      now: ctx.now,
      until: left.absolute_until,
      authenticatedAt: left.authenticated_at,
    };
    return { secret: await insertSession(sql, opening), leftId: asId("organisation", left.active_org_id) };
  });
  await note(leftId, userId, "session.revoked", ctx.now);
  await note(input.organisationId, userId, "session.opened", ctx.now);
  return secret;
}

async function note(orgId: Id<"organisation">, userId: Id<"user">, action: string, now: Date): Promise<void> {
  const ctx: Ctx = { orgId, actor: { kind: "user", userId }, role: null, permissions: new Set(), now, requestId: action };
  await inTenantSql(ctx, (sql) => audit(sql, [{ action, subject: "user", subjectId: userId }]));
}
