/** Codes that came through a number: which go on by themselves, who has an account first, and which are over. */
import { asId, type Id } from "@/lib/kernel/ids";
import { inSystem, type SystemSql } from "@/lib/platform/sql";

interface Due {
  orgId: Id<"organisation">;
  claimId: Id<"claim">;
}

/** Claims that wait for no person, or waited for one too long. */
export async function dueClaims(): Promise<Due[]> {
  const rows = await inSystem("claim sweep", (sql) =>
    sql.rows<{ org_id: string; id: string }>(
      "claims.due",
      `select org_id, id from claim_codes where state in ('heard', 'asked', 'approved', 'won') and (state <> 'asked' or expires_at <= now())
        order by expires_at limit 100`,
    ),
  );
  return rows.map((r) => ({ orgId: asId("organisation", r.org_id), claimId: asId("claim", r.id) }));
}

/**
 * An account that nobody has connected, and that no other organisation has proven otherwise than by a pasted token. A proof by code that led
 * to no number in its time stands in nobody's way: the phone may be another's by now.
 */
const FREE = `not exists (select from channels c where c.status <> 'disconnected' and (c.waba_id = k.waba_id or c.phone_number_id = k.phone_number_id))
  and not exists (select from account_proofs p where p.waba_id = k.waba_id and p.org_id <> k.org_id and p.kind <> 'own_token'
    and (p.kind <> 'code' or exists (select from claim_codes l where l.org_id = p.org_id and l.waba_id = p.waba_id and l.state = 'proven' and l.expires_at > now())))
  and not exists (select from claim_codes o where o.waba_id = k.waba_id and o.org_id <> k.org_id and o.state = 'won')`;

/** Whether the account that a code came through can still become the organisation's. */
export async function isFree(orgId: Id<"organisation">, claimId: Id<"claim">): Promise<boolean> {
  const [row] = await inSystem("claim", (sql) =>
    sql.rows<{ free: boolean }>("claims.free", `select ${FREE} as free from claim_codes k where k.org_id = $1 and k.id = $2`, [
      orgId,
      claimId,
    ]),
  );
  return row?.free === true;
}

/** Lets an approved claim have its account, one claim at a time. @returns whether it has it */
export const winClaim = (orgId: Id<"organisation">, claimId: Id<"claim">): Promise<boolean> =>
  inSystem("claim", async (sql) => {
    await sql.run("claims.turn", "select pg_advisory_xact_lock(7003)");
    const won = await sql.run(
      "claims.win",
      `update claim_codes k set state = 'won' where k.org_id = $1 and k.id = $2 and k.state = 'approved' and ${FREE}`,
      [orgId, claimId],
    );
    return won > 0 || isWon(sql, orgId, claimId);
  });

async function isWon(sql: SystemSql, orgId: Id<"organisation">, claimId: Id<"claim">): Promise<boolean> {
  const [row] = await sql.rows<{ won: boolean }>(
    "claims.won",
    "select state = 'won' as won from claim_codes where org_id = $1 and id = $2",
    [orgId, claimId],
  );
  return row?.won === true;
}

/** Forgets codes that are over for a day, and proofs by code that have led to a number. @returns how many */
export const forgetClaims = (): Promise<number> =>
  inSystem("claim expiry", (sql) =>
    sql.run(
      "claims.forget",
      `delete from claim_codes k where k.expires_at < now() - interval '1 day' and k.state not in ('heard', 'asked', 'approved', 'won')
        or k.state = 'proven' and exists (select from channels c where c.waba_id = k.waba_id and c.status <> 'disconnected')`,
    ),
  );
