import { normalEmail } from "@/lib/identity/model";
import { verifyPassword } from "@/lib/identity/passwords";
import { openSession, type SessionSecret } from "@/lib/identity/sessions";
import { systemCtx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

/**
 * E-mail and password to a session. Unknown address and wrong password answer the same, in the same time.
 * @throws AppError `unauthenticated` with `bad_credentials`
 */
export async function signIn(input: { email: string; password: string; device: string }, now: Date): Promise<SessionSecret> {
  const email = normalEmail(input.email);
  const [user] = await inSystem("sign-in", (sql) =>
    sql.rows<{ id: string; password_hash: string; org_id: string | null }>(
      "sign_in.user",
      `select u.id, u.password_hash, (select m.org_id from memberships m where m.user_id = u.id and m.active order by m.created_at limit 1) as org_id
        from users u where u.email = $1`,
      [email],
    ),
  );
  const ok = await verifyPassword(user?.password_hash ?? null, input.password.slice(0, 512));
  if (!user || !ok) {
    if (user?.org_id) {
      // not awaited: an unknown address must not be told by its quicker answer
      void inTenantSql(systemCtx(asId("organisation", user.org_id), "sign_in", now), (sql) =>
        audit(sql, [{ action: "session.refused", subject: "user", subjectId: user.id }]),
      ).catch(() => {}); // the refusal stands whether or not it could be written down
    }
    throw new AppError("unauthenticated", "bad_credentials");
  }
  return openSession(asId("user", user.id), input.device, now);
}
