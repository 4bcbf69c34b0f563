/** What was kept for an account nobody had connected: handed over once its number, or its account, belongs to somebody. */
import { asId } from "@/lib/kernel/ids";
import { keysOfAll, openIntake } from "@/lib/platform/keys";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { REROUTE_BATCH } from "@/lib/webhooks/model";

interface Kept {
  id: string;
  payload_sealed: Buffer;
  org_id: string;
  channel_id: string | null;
}

/**
 * Reseals kept events under their organisation's key and makes them pending, oldest first. An event with a number goes to
 * the organisation that connected this number, one without to the only organisation that connected a number of its
 * account; a number can be connected with a proof of its account only. Doing it again changes nothing.
 * @returns the organisations that now have pending events, and whether there may be more
 * @throws AppError `unavailable` while Postgres is away
 */
export function rerouteUnrouted(): Promise<{ organisations: string[]; more: boolean }> {
  return inSystem("reroute", async (sql) => {
    const kept = await takeKept(sql);
    const keys = await keysOfAll(kept.map((k) => asId("organisation", k.org_id)));
    const ready = kept.filter((k) => keys.has(k.org_id));
    const sealed: Buffer[] = [];
    for (const { id, org_id, payload_sealed } of ready) {
      const plain = await openIntake("webhook_events", "payload_sealed", id, payload_sealed);
      sealed.push(keys.get(org_id)?.seal("webhook_events", "payload_sealed", id, plain) ?? Buffer.alloc(0));
    }
    await sql.run(
      "events.reroute",
      `update webhook_events e set org_id = u.org_id, channel_id = u.channel_id, payload_sealed = u.payload, key_id = u.key_id, state = 'pending', next_attempt_at = now()
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::uuid[]) u (id, org_id, channel_id, payload, key_id)
        where e.id = u.id and e.state = 'unrouted'`,
      [
        ready.map((k) => k.id),
        ready.map((k) => k.org_id),
        ready.map((k) => k.channel_id),
        sealed,
        ready.map((k) => keys.get(k.org_id)?.data.id ?? null),
      ],
    );
    return { organisations: [...new Set(ready.map((k) => k.org_id))], more: kept.length === REROUTE_BATCH };
  });
}

const takeKept = (sql: SystemSql) =>
  sql.rows<Kept>(
    "events.kept",
    `with numbers as (
        select phone_number_id, waba_id, org_id, id from channels where status <> 'disconnected'),
      accounts as (
        select waba_id, min(org_id::text)::uuid as org_id from numbers group by waba_id having count(distinct org_id) = 1)
      select e.id, e.payload_sealed, coalesce(n.org_id, a.org_id) as org_id, n.id as channel_id from webhook_events e
        left join numbers n on n.phone_number_id = e.phone_number_id
        left join accounts a on e.phone_number_id is null and a.waba_id = e.waba_id
      where e.state = 'unrouted' and coalesce(n.org_id, a.org_id) is not null order by e.received_at, e.id limit $1
      for update of e skip locked`,
    [REROUTE_BATCH],
  );
