/** Steps on the proof of an account, and on who has to agree before it is written. */
import { AppError } from "@/lib/kernel/errors";
import type { Session } from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import type { Sql } from "@/lib/platform/sql";

/** Who makes the claim: the one who pressed Connect; a press by link counts for whoever made the link. */
export const claimantOf = ({ startedBy, facts }: Pick<Session, "startedBy" | "facts">): string => facts.claimedBy ?? startedBy;

/**
 * Step: whether a claim waits for a second admin. What this organisation has proven before, by more than a pasted token, is no claim;
 * neither is there anybody to ask where the claimant is the only admin.
 */
export async function needsApproval(sql: Sql, session: Session): Promise<boolean> {
  const { wabaId, approvedBy, onlyFor } = session.facts;
  const claimant = claimantOf(session);
  if (approvedBy !== null && approvedBy !== claimant) return false;
  return asksSecond(sql, wabaId, claimant, onlyFor !== null);
}

/**
 * Step: the same of an account by its id and whoever claims it.
 * @param byCode the claim is of the one number that a code came through, to which a second admin has agreed; of any other it says nothing
 */
export async function asksSecond(sql: Sql, wabaId: string | null, claimant: string, byCode = false): Promise<boolean> {
  const [row] = await sql.rows<{ proven: boolean; other: boolean }>(
    "claim.needed",
    `select exists (select from account_proofs where org_id = $1 and waba_id = $2 and (kind in ('token', 'given') or kind = 'code' and $4)) as proven,
      exists (select from memberships where org_id = $1 and role in ('owner', 'admin') and active and user_id <> $3) as other`,
    [sql.ctx.orgId, wabaId, claimant, byCode],
  );
  return row?.proven === false && row.other;
}

/**
 * Step: the row without which no number of the account can be connected: this organisation's own token has read its numbers.
 * @throws AppError `precondition` `not_proven` when that token has not
 */
export async function writeProof(sql: Sql, session: Session): Promise<void> {
  const { wabaId, proven, ownerBusinessId, approvedBy, app, onlyFor } = session.facts;
  if (wabaId === null || !proven.includes(wabaId)) throw new AppError("precondition", "not_proven");
  // neither a pasted token nor a code sent through a number shows that the owner gave it to us: they say nothing of the owner's other
  // accounts, and take the place of no better proof
  const kind = app !== null ? "own_token" : onlyFor !== null ? "code" : "token";
  await sql.run(
    "onboarding.proof",
    `insert into account_proofs (org_id, waba_id, owner_business_id, kind, session_id, proven_by, proven_at) values ($1, $2, $3, $7, $4, $5, $6)
      on conflict (org_id, waba_id) do update set owner_business_id = excluded.owner_business_id, kind = excluded.kind, session_id = excluded.session_id,
        proven_by = excluded.proven_by, proven_at = excluded.proven_at
        where excluded.kind = 'token' or account_proofs.kind = 'own_token' or excluded.kind = 'code' and account_proofs.kind <> 'token'`,
    [sql.ctx.orgId, wabaId, kind === "token" ? ownerBusinessId : null, session.id, claimantOf(session), sql.ctx.now, kind],
  );
  const detail = { kind, approved: approvedBy !== null };
  await audit(sql, [{ action: "account.proven", subject: "waba", subjectId: wabaId, detail }]);
}
