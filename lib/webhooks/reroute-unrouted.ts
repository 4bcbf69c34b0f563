/** What was kept for an account nobody had connected: handed over once its number, or its account, belongs to somebody. */
import { asId } from "@/lib/kernel/ids";
import { SealError } from "@/lib/platform/crypto/codec";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { keysOfAll, openIntake } from "@/lib/platform/keys";
import { log } from "@/lib/platform/log";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { REROUTE_BATCH, SPLIT_AGAIN } from "@/lib/webhooks/model";

/** Kinds of proof by which what was kept is handed over. */
const HANDS_OVER = ["token", "code", "given"];

interface Kept {
  id: string;
  payload_sealed: Buffer;
  org_id: string;
  channel_id: string | null;
}

/**
 * Reseals kept events under their organisation's key and makes them pending, oldest first. An event with a number goes to the
 * organisation that connected this number of this account, one without to the only organisation that connected a number of its account;
 * a number can be connected with a proof of its account only, and a token that was merely pasted hands nothing over, nor is anything handed
 * to a number that an own app speaks for: our app was never asked to. What came while another organisation might have been meant is handed
 * to nobody. One that cannot be handed over keeps no other waiting. Doing it again changes nothing.
 * @returns the organisations that now have pending events, and whether there may be more
 * @throws AppError `unavailable` while Postgres is away
 */
export function rerouteUnrouted(): Promise<{ organisations: string[]; more: boolean }> {
  return inSystem("reroute", async (sql) => {
    const kept = await takeKept(sql);
    const keys = await keysOfAll(kept.map((k) => asId("organisation", k.org_id)));
    const ready: (Kept & { sealed: Buffer; keyId: string })[] = [];
    const [keyless, unopened]: [string[], string[]] = [[], []];
    for (const event of kept) {
      const org = keys.get(event.org_id);
      const sealed = org && (await reseal(event, org));
      if (!org) keyless.push(event.id);
      else if (!sealed) unopened.push(event.id);
      else ready.push({ ...event, sealed, keyId: org.data.id });
    }
    await handOver(sql, ready);
    await setAside(sql, keyless, unopened);
    return { organisations: [...new Set(ready.map((k) => k.org_id))], more: kept.length === REROUTE_BATCH };
  });
}

/** The payload under its organisation's key; null when it does not open. */
async function reseal({ id, payload_sealed }: Kept, org: OrgKeys): Promise<Buffer | null> {
  try {
    return org.seal(
      "webhook_events",
      "payload_sealed",
      id,
      await openIntake("webhook_events", "payload_sealed", id, payload_sealed),
    );
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error("event.unopened", { eventId: id });
    return null;
  }
}

const handOver = (sql: SystemSql, ready: (Kept & { sealed: Buffer; keyId: string })[]) =>
  sql.run(
    "events.reroute",
    `update webhook_events e set org_id = u.org_id, channel_id = u.channel_id, payload_sealed = u.payload, key_id = u.key_id, state = 'pending', next_attempt_at = now()
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::uuid[]) u (id, org_id, channel_id, payload, key_id)
      where e.id = u.id and e.state = 'unrouted'`,
    [
      ready.map((k) => k.id),
      ready.map((k) => k.org_id),
      ready.map((k) => k.channel_id),
      ready.map((k) => k.sealed),
      ready.map((k) => k.keyId),
    ],
  );

/** An erased organisation's are nobody's any more; one that does not open may open later, when its key is back in the ring. */
async function setAside(sql: SystemSql, keyless: string[], unopened: string[]): Promise<void> {
  if (keyless.length > 0)
    await sql.run(
      "events.reroute_no_key",
      "update webhook_events set state = 'quarantined', cause = 'no_key' where id = any($1::uuid[]) and state = 'unrouted'",
      [keyless],
    );
  if (unopened.length > 0)
    await sql.run(
      "events.reroute_later",
      "update webhook_events set next_attempt_at = now() + make_interval(secs => $2), attempts = attempts + 1 where id = any($1::uuid[])",
      [unopened, SPLIT_AGAIN / 1000],
    );
}

const takeKept = (sql: SystemSql) =>
  sql.rows<Kept>(
    "events.kept",
    `with numbers as (
        select c.phone_number_id, c.waba_id, c.org_id, c.id, c.connected_at from channels c
          join account_proofs p on p.org_id = c.org_id and p.waba_id = c.waba_id and p.kind = any($2::text[])
          where c.status <> 'disconnected' and c.app_id is null),
      accounts as (
        select waba_id, min(org_id::text)::uuid as org_id, min(connected_at) as connected_at from numbers group by waba_id having count(distinct org_id) = 1)
      select e.id, e.payload_sealed, coalesce(n.org_id, a.org_id) as org_id, n.id as channel_id from webhook_events e
        left join numbers n on n.phone_number_id = e.phone_number_id and n.waba_id = e.waba_id
        left join accounts a on e.phone_number_id is null and a.waba_id = e.waba_id
      where e.state = 'unrouted' and e.next_attempt_at <= now() and coalesce(n.org_id, a.org_id) is not null
        and (e.received_at >= coalesce(n.connected_at, a.connected_at) or not exists (
          select from channels o where o.org_id <> coalesce(n.org_id, a.org_id)
            and (o.phone_number_id = e.phone_number_id or e.phone_number_id is null and o.waba_id = e.waba_id)))
      order by e.received_at, e.id limit $1
      for update of e skip locked`,
    [REROUTE_BATCH, HANDS_OVER],
  );
