/** The sweeps of the webhook room: what no bell announced, what is overdue, what must be destroyed. */
import { asId, type Id } from "@/lib/kernel/ids";
import { gauges } from "@/lib/platform/metrics";
import { inSystem } from "@/lib/platform/sql";
import { UNROUTED_KEPT } from "@/lib/webhooks/model";
import { notePlatform } from "@/lib/webhooks/orphans";

/** Organisations with events that are due. */
export async function organisationsWithEvents(): Promise<Id<"organisation">[]> {
  const rows = await inSystem("event sweep", (sql) =>
    sql.rows<{ org_id: string }>(
      "events.orgs",
      "select distinct org_id from webhook_events where state = 'pending' and next_attempt_at <= now() and org_id is not null limit 500",
    ),
  );
  return rows.map((r) => asId("organisation", r.org_id));
}

/** Destroys unrouted events older than thirty days. They belong to no organisation, so their line is in the platform's trail. */
export async function destroyOldUnrouted(now: Date): Promise<number> {
  const before = new Date(now.getTime() - UNROUTED_KEPT);
  return inSystem("unrouted retention", async (sql) => {
    const destroyed = await sql.run(
      "events.unrouted_destroy",
      "delete from webhook_events where id in (select id from webhook_events where state = 'unrouted' and received_at < $1 limit 5000)",
      [before],
    );
    if (destroyed > 0) await notePlatform(sql, "unrouted.destroyed", { events: destroyed, before: before.toISOString() });
    return destroyed;
  });
}

export interface Backlog {
  delivery: number;
  event: number;
  outbox: number;
  search: number;
}

/** Ages in seconds of the oldest waiting rows; feeds the gauges and the watchdog. */
export async function measureBacklog(): Promise<Backlog> {
  const [row] = await inSystem("backlog", (sql) =>
    sql.rows<Backlog & { quarantined: number; unrouted: number }>(
      "backlog",
      `select
        coalesce((select extract(epoch from now() - min(coalesce(retry_at, received_at))) from webhook_deliveries where state = 'pending' and (retry_at is null or retry_at < now())), 0)::float8 as delivery,
        coalesce((select extract(epoch from now() - min(greatest(received_at, next_attempt_at))) from webhook_events where state = 'pending' and next_attempt_at <= now()), 0)::float8 as event,
        coalesce((select extract(epoch from now() - min(greatest(o.release_at, o.next_attempt_at))) from outbox o
          join channels c on c.org_id = o.org_id and c.id = o.channel_id and c.status = 'connected'
          where o.state in ('held', 'queued') and o.release_at <= now() and o.next_attempt_at <= now()), 0)::float8 as outbox,
        coalesce((select extract(epoch from now() - min(created_at)) from search_queue), 0)::float8 as search,
        (select count(*)::int from webhook_events where state = 'quarantined') as quarantined,
        (select count(*)::int from webhook_events where state = 'unrouted') as unrouted`,
    ),
  );
  const backlog = row ?? { delivery: 0, event: 0, outbox: 0, search: 0, quarantined: 0, unrouted: 0 };
  gauges.oldestDelivery.set(backlog.delivery);
  gauges.oldestEvent.set(backlog.event);
  gauges.oldestOutbox.set(backlog.outbox);
  gauges.searchLag.set(backlog.search);
  gauges.quarantined.set(backlog.quarantined);
  gauges.unrouted.set(backlog.unrouted);
  return backlog;
}
