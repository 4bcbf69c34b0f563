/** A link by which a client without an account finishes one journey, and nothing else. */
import { randomBytes } from "node:crypto";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { inJourney } from "@/lib/onboarding/cache";
import { digestOf } from "@/lib/onboarding/digest";
import { LINK_LIVES } from "@/lib/onboarding/model";
import { assertGoesOn, lockSession } from "@/lib/onboarding/store";
import type { LinkView } from "@/lib/onboarding/views";
import { audit } from "@/lib/platform/audit";
import { env } from "@/lib/platform/env";
import type { Sql } from "@/lib/platform/sql";

interface Named {
  sessionId: Id<"onboarding">;
}

/**
 * Makes the link of a journey; the one before it stops working. The secret stands behind the `#`, which browsers keep to themselves, and
 * only its digest is kept here: it is told once.
 * @throws AppError `precondition` `not_open` or `unreadable`
 */
export async function shareOnboarding(ctx: Ctx, { sessionId }: Named): Promise<LinkView> {
  allow(ctx, "numbers.connect");
  const by = userIdOf(ctx);
  if (by === null) throw new AppError("forbidden", "numbers.connect");
  const secret = randomBytes(32).toString("base64url");
  const expiresAt = await inJourney(ctx, sessionId, async (sql) => {
    const session = await lockSession(sql, sessionId);
    assertGoesOn(session, ctx.now);
    await revokeLinks(sql, sessionId);
    const until = new Date(Math.min(addMs(ctx.now, LINK_LIVES).getTime(), session.expiresAt.getTime()));
    const id = newId("link");
    await sql.run(
      "onboarding.link",
      "insert into onboarding_links (org_id, id, session_id, secret_hash, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
      [ctx.orgId, id, sessionId, digestOf(secret), by, ctx.now, until],
    );
    await audit(sql, [{ action: "onboarding.link_made", subject: "onboarding", subjectId: sessionId, detail: { link: id } }]);
    return until;
  });
  return { url: `${new URL("/connect", env().NEXTAUTH_URL)}#${secret}`, expiresAt: expiresAt.toISOString() };
}

/** Ends the link of a journey at once; without one it changes nothing. */
export async function unshareOnboarding(ctx: Ctx, { sessionId }: Named): Promise<void> {
  allow(ctx, "numbers.connect");
  await inJourney(ctx, sessionId, async (sql) => {
    await lockSession(sql, sessionId);
    const ended = await revokeLinks(sql, sessionId);
    if (ended > 0) await audit(sql, [{ action: "onboarding.link_ended", subject: "onboarding", subjectId: sessionId }]);
  });
}

const revokeLinks = (sql: Sql, sessionId: Id<"onboarding">): Promise<number> =>
  sql.run(
    "onboarding.unlink",
    "update onboarding_links set revoked_at = $3 where org_id = $1 and session_id = $2 and revoked_at is null",
    [sql.ctx.orgId, sessionId, sql.ctx.now],
  );

export interface LinkState {
  until: Date;
  /** When somebody first opened it; null while nobody has. */
  openedAt: Date | null;
}
/** How the link of a journey stands; null without one that works. */
export async function readLink(sql: Sql, sessionId: Id<"onboarding">): Promise<LinkState | null> {
  const [row] = await sql.rows<{ expires_at: Date; opened_at: Date | null }>(
    "onboarding.link_state",
    "select expires_at, opened_at from onboarding_links where org_id = $1 and session_id = $2 and revoked_at is null and expires_at > now() limit 1",
    [sql.ctx.orgId, sessionId],
  );
  return row ? { until: row.expires_at, openedAt: row.opened_at } : null;
}
