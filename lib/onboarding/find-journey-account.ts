import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import { asId } from "@/lib/kernel/ids";
import { assertGoesOn, getSession } from "@/lib/onboarding/store";
import { inTenantSql } from "@/lib/platform/sql";

/**
 * The account of an open journey of this organisation, by its tracking code, as far as its own token has proven it; what a browser hinted
 * at does not count.
 * @throws AppError `not_found` for any code that is no open journey of this organisation; `precondition` as of any journey
 */
export async function findJourneyAccount(
  ctx: Ctx,
  { trackingCode }: { trackingCode: string },
): Promise<{ wabaId: string | null; ownerBusinessId: string | null }> {
  allow(ctx, "numbers.connect");
  return inTenantSql(ctx, async (sql) => {
    const [row] = await sql.rows<{ id: string }>(
      "onboarding.by_code",
      "select id from onboarding_sessions where org_id = $1 and tracking_code = $2 and state = 'open' and expires_at > $3",
      [ctx.orgId, trackingCode, ctx.now],
    );
    if (!row) throw notFound("onboarding");
    const session = await getSession(sql, asId("onboarding", row.id));
    assertGoesOn(session, ctx.now);
    const { wabaId } = session.facts;
    const [proof] = await sql.rows<{ owner: string | null }>(
      "onboarding.owner_of",
      "select owner_business_id as owner from account_proofs where org_id = $1 and waba_id = $2 and owner_business_id is not null limit 1",
      [ctx.orgId, wabaId],
    );
    return { wabaId, ownerBusinessId: proof?.owner ?? null };
  });
}
