import { normalEmail } from "@/lib/identity/model";
import { hashPassword, verifyPassword } from "@/lib/identity/passwords";
import { openSession, type SessionSecret } from "@/lib/identity/sessions";
import { systemCtx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

export interface SignIn {
  email: string;
  password: string;
  /** The browser's name for itself. */
  device: string;
  /** Network address it came from; null when it is not known. Passwords are checked in turns by address. */
  address: string | null;
}

/**
 * E-mail and password to a session. Unknown address and wrong password answer the same, in the same time.
 * @throws AppError `unauthenticated` with `bad_credentials`; `unavailable` with `busy` when too many passwords wait to be checked
 */
export async function signIn(input: SignIn, now: Date): Promise<SessionSecret> {
  const email = normalEmail(input.email);
  const [user] = await inSystem("sign-in", (sql) =>
    sql.rows<{ id: string; password_hash: string; org_id: string | null }>(
      "sign_in.user",
      `select u.id, u.password_hash, (select m.org_id from memberships m where m.user_id = u.id and m.active order by m.created_at limit 1) as org_id
        from users u where u.email = $1`,
      [email],
    ),
  );
  const password = input.password.slice(0, 512);
  const lane = input.address ?? email;
  const verdict = await verifyPassword(user?.password_hash ?? null, password, lane);
  if (!user || verdict === "wrong") {
    if (user?.org_id) {
      // not awaited: an unknown address must not be told by its quicker answer
      void inTenantSql(systemCtx(asId("organisation", user.org_id), "sign_in", now), (sql) =>
        audit(sql, [{ action: "session.refused", subject: "user", subjectId: user.id }]),
      ).catch(() => {}); // the refusal stands whether or not it could be written down
    }
    throw new AppError("unauthenticated", "bad_credentials");
  }
  if (verdict === "stale") await renewHash(user, password, lane);
  return openSession(asId("user", user.id), input.device, now);
}

/** Only now is the password at hand. Whoever may come in comes in, also if the hash could not be renewed this time. */
export async function renewHash(user: { id: string; password_hash: string }, password: string, lane: string): Promise<void> {
  try {
    const renewed = await hashPassword(password, lane);
    await inSystem("sign-in", (sql) =>
      // the hash that was checked must still be there: a password changed meanwhile stays
      sql.run("sign_in.rehash", "update users set password_hash = $2 where id = $1 and password_hash = $3", [
        user.id,
        renewed,
        user.password_hash,
      ]),
    );
  } catch (error) {
    log.warn("sign_in.hash_not_renewed", errorFields(error));
  }
}
