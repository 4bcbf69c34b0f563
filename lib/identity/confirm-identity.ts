import { verifyPassword } from "@/lib/identity/passwords";
import { hashSession, type SessionSecret } from "@/lib/identity/sessions";
import { renewHash } from "@/lib/identity/sign-in";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { audit } from "@/lib/platform/audit";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

/**
 * Somebody who is signed in shows once more that it is them: their password is checked, and this session, no other, counts as fresh from
 * now on. A wrong one ends nothing. Either way it stands in the trail.
 * @throws AppError `invalid` with `password` `wrong_password`; `unauthenticated` when the session has ended meanwhile; `unavailable` `busy`
 */
export async function confirmIdentity(ctx: Ctx, input: { secret: SessionSecret; password: string }): Promise<void> {
  const userId = userIdOf(ctx);
  if (userId === null) throw new AppError("forbidden", "people_only");
  const idHash = hashSession(input.secret);
  const [user] = await inSystem("confirm", (sql) =>
    sql.rows<{ id: string; password_hash: string }>(
      "confirm.user",
      `select u.id, u.password_hash from sessions s join users u on u.id = s.user_id
        where s.id_hash = $1 and s.user_id = $2 and s.revoked_at is null`,
      [idHash, userId],
    ),
  );
  if (!user) throw new AppError("unauthenticated", "no_session");
  const password = input.password.slice(0, 512);
  const verdict = await verifyPassword(user.password_hash, password, userId);
  if (verdict === "wrong") {
    await note(ctx, "session.confirm_refused", userId);
    throw new AppError("invalid", "wrong_password", { fields: { password: "wrong_password" } });
  }
  if (verdict === "stale") await renewHash(user, password, userId);
  const confirmed = await inSystem("confirm", (sql) =>
    sql.run("confirm.session", "update sessions set authenticated_at = $2 where id_hash = $1 and revoked_at is null", [
      idHash,
      ctx.now,
    ]),
  );
  if (confirmed === 0) throw new AppError("unauthenticated", "no_session");
  await note(ctx, "session.confirmed", userId);
}

const note = (ctx: Ctx, action: string, userId: string) =>
  inTenantSql(ctx, (sql) => audit(sql, [{ action, subject: "user", subjectId: userId }]));
