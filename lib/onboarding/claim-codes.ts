/** A number that speaks to us for nobody is proven by sending a code through it: the code, and what admins see and decide of it. */
import type { z } from "zod";
import { allow } from "@/lib/identity";
import type { Locale } from "@/lib/identity/model";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { displayPhone } from "@/lib/kernel/phone";
import { newCode } from "@/lib/onboarding/codes";
import { digestOf } from "@/lib/onboarding/digest";
import { settleClaimJob } from "@/lib/onboarding/jobs";
import { CODE_LIVES, claimText, MOST_CODES } from "@/lib/onboarding/model";
import type { DecideClaim } from "@/lib/onboarding/steer-onboarding";
import type { ClaimCodeView, ClaimView } from "@/lib/onboarding/views";
import { audit } from "@/lib/platform/audit";
import { openable } from "@/lib/platform/crypto/openable";
import { ring } from "@/lib/platform/jobs";
import { counters } from "@/lib/platform/metrics";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Five bits a letter: 80. */
const LETTERS = 16;

/**
 * Makes the text that proves a number by being sent from its phone, once, within half an hour, in the language of whoever asks. It is told
 * this once: only its digest is kept. The one this admin had before ends.
 * @throws AppError `limit` `codes_waiting` while others of the organisation wait for as many as may
 */
export async function makeClaimCode(ctx: Ctx): Promise<ClaimCodeView> {
  allow(ctx, "numbers.connect");
  const by = userIdOf(ctx);
  if (by === null) throw new AppError("forbidden", "numbers.connect");
  const id = newId("claim");
  const { text, expiresAt } = await inTenantSql(ctx, async (sql) => {
    const [asker] = await sql.rows<{ locale: Locale; organisation: string }>(
      "claim.asker",
      "select u.locale, o.name as organisation from users u join organisations o on o.id = $1 where u.id = $2",
      [ctx.orgId, by],
    );
    const words = claimText(asker?.locale ?? "en", asker?.organisation ?? "", newCode(LETTERS));
    await sql.run(
      "claim.replace",
      "update claim_codes set state = 'replaced' where org_id = $1 and made_by = $2 and state = 'waiting'",
      [ctx.orgId, by],
    );
    const [made] = await sql.rows<{ expires_at: Date }>(
      "claim.make",
      `insert into claim_codes (org_id, id, digest, made_by, expires_at) select $1, $2, $3, $4, now() + make_interval(secs => $5)
        where (select count(*) from claim_codes where org_id = $1 and state = 'waiting' and expires_at > now()) < $6 returning expires_at`,
      [ctx.orgId, id, digestOf(words), by, CODE_LIVES / 1000, MOST_CODES],
    );
    if (!made) throw new AppError("limit", "codes_waiting");
    await audit(sql, [{ action: "account.code_made", subject: "claim", subjectId: id }]);
    return { text: words, expiresAt: made.expires_at };
  });
  counters.claimCodes.inc({ result: "made" });
  return { id, text, expiresAt: expiresAt.toISOString() };
}

interface Named {
  claimId: Id<"claim">;
}

/**
 * A second admin lets a number that a code came through become the organisation's, or refuses it.
 * @throws AppError `not_found`; `precondition` `nothing_asked`; `forbidden` `own_claim` for the one who made the code
 */
export async function decideClaimCode(ctx: Ctx, { claimId, approve }: Named & z.output<typeof DecideClaim>): Promise<void> {
  allow(ctx, "numbers.connect");
  const decider = userIdOf(ctx);
  await inTenantSql(ctx, async (sql) => {
    const claim = await lockClaim(sql, claimId);
    if (decider === null || decider === claim.made_by) throw new AppError("forbidden", "own_claim");
    if (claim.state !== "asked" || claim.over) throw new AppError("precondition", "nothing_asked");
    await sql.run(
      "claim.decide",
      `update claim_codes set state = $3, approved_by = case when $3 = 'approved' then $4::uuid end, phone_sealed = case when $3 = 'approved' then phone_sealed end
        where org_id = $1 and id = $2`,
      [ctx.orgId, claimId, approve ? "approved" : "refused", decider],
    );
    const action = approve ? "account.claim_approved" : "account.claim_refused";
    await audit(sql, [{ action, subject: "waba", subjectId: claim.waba_id, detail: { claim: claimId } }]);
  });
  if (approve) await ring(settleClaimJob, { orgId: ctx.orgId, claimId });
}

export interface ClaimRow {
  state: string;
  made_by: string;
  approved_by: string | null;
  waba_id: string;
  /** Its time is over, by the database's clock. */
  over: boolean;
}
/** Step: a claim, locked until the transaction ends. @throws AppError `not_found` */
export async function lockClaim(sql: Sql, id: Id<"claim">): Promise<ClaimRow> {
  const [row] = await sql.rows<ClaimRow>(
    "claim.lock",
    "select state, made_by, approved_by, waba_id, expires_at <= now() as over from claim_codes where org_id = $1 and id = $2 for update",
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("claim");
  return row;
}

const SHOWN: Record<string, ClaimView["state"]> = {
  waiting: "waiting",
  heard: "busy",
  approved: "busy",
  won: "busy",
  asked: "asked",
  proven: "proven",
  refused: "refused",
  unusable: "unusable",
};

/** Step: what came through a number, for every admin; before that, and where it led nowhere, the last code of whoever asks. */
export async function listClaims(sql: Sql): Promise<ClaimView[]> {
  const viewer = userIdOf(sql.ctx);
  const rows = await sql.rows<{
    id: string;
    state: string;
    made_by: string;
    expires_at: Date;
    over: boolean;
    waba_id: string | null;
    phone_sealed: Buffer | null;
  }>(
    "claim.list",
    `select k.id, k.state, k.made_by, k.expires_at, k.expires_at <= now() as over, k.waba_id, k.phone_sealed from claim_codes k
      where k.org_id = $1 and (k.state in ('heard', 'asked', 'approved', 'won', 'proven') and k.expires_at > now()
          or k.state in ('waiting', 'refused', 'unusable') and k.id = (select l.id from claim_codes l where l.org_id = $1 and l.made_by = $2 order by l.id desc limit 1))
        and not (k.state = 'proven' and exists (select from channels c where c.org_id = $1 and c.waba_id = k.waba_id and c.status <> 'disconnected'))
      order by k.id desc limit 20`,
    [sql.ctx.orgId, viewer],
  );
  return rows.map((r) => {
    const [id, sealed] = [r.id as Id<"claim">, r.phone_sealed];
    const phone =
      sealed && openable("claim_codes", id, () => sql.keys.open("claim_codes", "phone_sealed", id, sealed).toString());
    return {
      id,
      state: r.state === "waiting" && r.over ? "over" : (SHOWN[r.state] ?? "over"),
      until: r.expires_at.toISOString(),
      mine: r.made_by === viewer,
      phone: phone && displayPhone(phone),
      wabaId: r.state === "unusable" || r.state === "refused" ? null : r.waba_id,
    };
  });
}
