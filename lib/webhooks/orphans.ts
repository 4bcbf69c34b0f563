/** Accounts that speak to us and that nobody has connected: noted by id, proposed to those who have proven them or their owner, never handed over by that. */
import { newId } from "@/lib/kernel/ids";
import { counters, gauges } from "@/lib/platform/metrics";
import { inSystem, type SystemSql } from "@/lib/platform/sql";

/** What a set of unrouted events says of one account. */
export interface OrphanSeen {
  wabaId: string;
  ownerBusinessId: string | null;
  at: Date;
}

/** Step: notes accounts, in one order for all who do. Each new one is counted, for the alert. */
export async function noteOrphans(sql: SystemSql, seen: readonly OrphanSeen[]): Promise<void> {
  const accounts = new Map<string, { owner: string | null; events: number; first: Date; last: Date }>();
  for (const { wabaId, ownerBusinessId, at } of seen) {
    const known = accounts.get(wabaId) ?? { owner: null, events: 0, first: at, last: at };
    known.owner ??= ownerBusinessId;
    known.events++;
    if (at < known.first) known.first = at;
    if (at > known.last) known.last = at;
    accounts.set(wabaId, known);
  }
  if (accounts.size === 0) return;
  const rows = [...accounts].sort(([a], [b]) => (a < b ? -1 : 1));
  const made = await sql.rows<{ fresh: boolean }>(
    "orphans.note",
    `insert into orphan_accounts as o (waba_id, owner_business_id, events, first_at, last_at)
      select * from unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[])
      on conflict (waba_id) do update set owner_business_id = coalesce(o.owner_business_id, excluded.owner_business_id),
        events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at)
      returning (xmax = 0) as fresh`,
    [
      rows.map(([id]) => id),
      rows.map(([, a]) => a.owner),
      rows.map(([, a]) => a.events),
      rows.map(([, a]) => a.first),
      rows.map(([, a]) => a.last),
    ],
  );
  counters.orphansFound.inc(made.filter((r) => r.fresh).length);
}

/** Accounts whose owner is known, each with the one organisation that has proven it or its owner by a token, or lately by a code. */
const SOLE = `select waba_id, min(org_id::text)::uuid as org_id from (
    select o.waba_id, p.org_id from orphan_accounts o join account_proofs p on p.owner_business_id = o.owner_business_id where p.kind in ('token', 'code')
    union select o.waba_id, p.org_id from orphan_accounts o join account_proofs p on p.waba_id = o.waba_id
      where o.owner_business_id is not null and (p.kind = 'token' or p.kind = 'code' and exists (select from claim_codes l
        where l.org_id = p.org_id and l.waba_id = p.waba_id and l.state = 'proven' and l.expires_at > now()))) s
  group by waba_id having count(distinct org_id) = 1`;

/**
 * Proposes accounts to the one organisation that has proven them or their owner, forgets those that were connected or have
 * nothing kept any more, and measures the rest. A proposal hands nothing over: only a proof of the account itself does.
 */
export async function tendOrphans(): Promise<void> {
  await inSystem("orphans", async (sql) => {
    await sql.run(
      "orphans.forget",
      `delete from orphan_accounts o where exists (select from channels c where c.waba_id = o.waba_id and c.status <> 'disconnected')
          and not exists (select from webhook_events e where e.state = 'unrouted' and e.waba_id = o.waba_id)
        or (o.last_at < now() - interval '30 days')`,
    );
    await sql.run(
      "orphans.propose",
      `update orphan_accounts o set proposed_org_id = p.org_id from (${SOLE}) p
        where p.waba_id = o.waba_id and o.proposed_org_id is distinct from p.org_id`,
    );
    // whom two have proven is nobody's to be proposed to
    await sql.run(
      "orphans.withdraw",
      `update orphan_accounts o set proposed_org_id = null
        where proposed_org_id is not null and not exists (select from (${SOLE}) p where p.waba_id = o.waba_id)`,
    );
    const [row] = await sql.rows<{ n: number; age: number }>(
      "orphans.measure",
      "select count(*)::int as n, coalesce(extract(epoch from now() - min(first_at)), 0)::float8 as age from orphan_accounts",
    );
    gauges.orphans.set(row?.n ?? 0);
    gauges.oldestOrphan.set(row?.age ?? 0);
  });
}

/** Step: a line in the platform's own trail, which belongs to no organisation. `detail` holds counts and ages only. */
export async function notePlatform(sql: SystemSql, action: string, detail: Record<string, number | string>): Promise<void> {
  await sql.run("platform.note", "insert into platform_trail (id, action, detail) values ($1, $2, $3::jsonb)", [
    newId("event"),
    action,
    JSON.stringify(detail),
  ]);
}
