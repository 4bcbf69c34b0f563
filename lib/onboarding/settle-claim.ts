import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { lockClaim } from "@/lib/onboarding/claim-codes";
import { CODE_PROVES } from "@/lib/onboarding/model";
import { asksSecond } from "@/lib/onboarding/prove-account";
import { isFree, winClaim } from "@/lib/onboarding/sweep-claims";
import { audit } from "@/lib/platform/audit";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

interface Named {
  claimId: Id<"claim">;
}

/**
 * Brings what came through a number as far as it goes by itself: to the question for a second admin, to the proof, or to its end. The
 * account is won before the proof is written, as the system and one at a time, so that the first of two organisations has it; a process that
 * dies in between is followed by the sweep. Doing it again changes nothing.
 * @returns whether a proof was written
 */
export async function settleClaim(ctx: Ctx, { claimId }: Named): Promise<boolean> {
  const { state } = await inTenantSql(ctx, (sql) => lockClaim(sql, claimId));
  if (state === "heard" && !(await isFree(ctx.orgId, claimId))) return end(ctx, claimId, "heard", "unusable");
  if (state === "heard" && !(await note(ctx, claimId))) return false;
  if (state === "asked") return end(ctx, claimId, "asked", "over");
  if (state !== "won" && !(await winClaim(ctx.orgId, claimId))) return end(ctx, claimId, "approved", "unusable");
  return inTenantSql(ctx, (sql) => prove(sql, claimId));
}

/** Writes down that the code came. @returns whether nobody has to be asked */
const note = (ctx: Ctx, claimId: Id<"claim">): Promise<boolean> =>
  inTenantSql(ctx, async (sql) => {
    const claim = await lockClaim(sql, claimId);
    if (claim.state !== "heard") return false;
    const asked = await asksSecond(sql, claim.waba_id, claim.made_by);
    await setState(sql, claimId, asked ? "asked" : "approved");
    await audit(sql, [{ action: "account.code_seen", subject: "waba", subjectId: claim.waba_id, detail: { claim: claimId } }]);
    return !asked;
  });

/** Step: the row without which no number of the account can be connected. It names no owner: a number's phone is not the owner's word on the others. */
async function prove(sql: Sql, claimId: Id<"claim">): Promise<boolean> {
  const claim = await lockClaim(sql, claimId);
  if (claim.state !== "won") return false;
  await sql.run(
    "claim.proof",
    `insert into account_proofs as p (org_id, waba_id, kind, proven_by, proven_at) values ($1, $2, 'code', $3, now())
      on conflict (org_id, waba_id) do update set kind = excluded.kind, session_id = null, proven_by = excluded.proven_by, proven_at = excluded.proven_at
        where p.kind <> 'token'`,
    [sql.ctx.orgId, claim.waba_id, claim.made_by],
  );
  await sql.run(
    "claim.proven",
    "update claim_codes set state = 'proven', expires_at = now() + make_interval(secs => $3) where org_id = $1 and id = $2",
    [sql.ctx.orgId, claimId, CODE_PROVES / 1000],
  );
  counters.claimCodes.inc({ result: "proven" });
  const detail = { kind: "code", approved: claim.approved_by !== null, claim: claimId };
  await audit(sql, [{ action: "account.proven", subject: "waba", subjectId: claim.waba_id, detail }]);
  return true;
}

/** Whose account it is otherwise is neither known here nor said. */
const end = (ctx: Ctx, claimId: Id<"claim">, from: string, to: "unusable" | "over"): Promise<boolean> =>
  inTenantSql(ctx, async (sql) => {
    const claim = await lockClaim(sql, claimId);
    if (claim.state !== from || (to === "over" && !claim.over)) return false;
    await setState(sql, claimId, to);
    if (to === "unusable") counters.claimCodes.inc({ result: "unusable" });
    const action = to === "unusable" ? "account.code_unusable" : "account.code_expired";
    await audit(sql, [{ action, subject: "claim", subjectId: claimId }]);
    return false;
  });

const setState = (sql: Sql, id: Id<"claim">, state: "asked" | "approved" | "unusable" | "over"): Promise<number> =>
  sql.run(
    "claim.state",
    "update claim_codes set state = $3, phone_sealed = case when $3 in ('asked', 'approved') then phone_sealed end where org_id = $1 and id = $2",
    [sql.ctx.orgId, id, state],
  );
