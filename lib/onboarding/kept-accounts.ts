/** What a claim has to know of accounts that are nobody's: asked as the system, answered without content. */
import type { Id } from "@/lib/kernel/ids";
import { WINDOW_LIVES } from "@/lib/onboarding/model";
import { inSystem } from "@/lib/platform/sql";

/**
 * Whether an account has spoken to us, as nobody's, otherwise than by the windows that presses opened: at another time, or as clients.
 * Says nothing else of it.
 */
export async function isKeptBeside(wabaId: string, presses: readonly Date[]): Promise<boolean> {
  const [row] = await inSystem("claim", (sql) =>
    sql.rows<{ kept: boolean }>(
      "orphans.kept_beside",
      `with w as (select p as opened, p + make_interval(secs => $3) as closed from unnest($2::timestamptz[]) p)
      select exists (select from orphan_accounts o where o.waba_id = $1
          and not exists (select from w where o.first_at between w.opened and w.closed))
        or exists (select from webhook_events e where e.state = 'unrouted' and e.waba_id = $1
          and (e.field <> 'account_update' or not exists (select from w where e.received_at between w.opened and w.closed))) as kept`,
      [wabaId, presses, WINDOW_LIVES / 1000],
    ),
  );
  return row?.kept === true;
}

/** An account that is proposed to an organisation, as far as taking it over needs it. */
export interface Proposed {
  ownerBusinessId: string;
  /** The number a code came through, when that is all that is proven: it alone may be taken over. */
  onlyNumber: string | null;
}

/**
 * An account that is proposed to an organisation which has proven its owner business and is still connected to that, or through whose
 * number a code of that organisation came in the last thirty days; else null.
 */
export async function findProposed(orgId: Id<"organisation">, wabaId: string): Promise<Proposed | null> {
  const [row] = await inSystem("claim", (sql) =>
    sql.rows<{ owner_business_id: string; owned: boolean; number: string | null }>(
      "orphans.owner",
      `select o.owner_business_id, exists (select from account_proofs p
            join channels c on c.org_id = p.org_id and c.waba_id = p.waba_id and c.status = 'connected' and c.app_id is null
            where p.org_id = $1 and p.owner_business_id = o.owner_business_id and p.kind in ('token', 'code')) as owned,
          (select k.phone_number_id from claim_codes k where k.org_id = $1 and k.waba_id = o.waba_id and k.state = 'proven' and k.expires_at > now()
            order by k.id desc limit 1) as number
        from orphan_accounts o where o.waba_id = $2 and o.proposed_org_id = $1 and o.owner_business_id is not null`,
      [orgId, wabaId],
    ),
  );
  if (!row || (!row.owned && row.number === null)) return null;
  return { ownerBusinessId: row.owner_business_id, onlyNumber: row.owned ? null : row.number };
}
