/** The sweep behind every ring of the outbox: what is due, what lapsed, what stayed silent. Safe to overlap. */
import { systemCtx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { attachPending, type Touched } from "@/lib/messages/apply-receipts";
import { startDispatch } from "@/lib/messages/dispatch-channel";
import { expireUnknown, lapseLeases } from "@/lib/messages/outbox-store";
import { audit } from "@/lib/platform/audit";
import { env } from "@/lib/platform/env";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

/** The organisation of a channel, or null; the ring names only the channel. */
export async function organisationOfChannel(channelId: Id<"channel">): Promise<Id<"organisation"> | null> {
  const [row] = await inSystem("dispatch", (sql) =>
    sql.rows<{ org_id: string }>("channel.org", "select org_id from channels where id = $1", [channelId]),
  );
  return row ? asId("organisation", row.org_id) : null;
}

/** Starts the dispatch of numbers with something due. */
export async function sweepDue(): Promise<number> {
  const due = await inSystem("outbox sweep", (sql) =>
    sql.rows<{ org_id: string; channel_id: string }>(
      "outbox.due",
      `select distinct o.org_id, o.channel_id from outbox o join channels c on c.org_id = o.org_id and c.id = o.channel_id and c.status = 'connected'
        where o.state in ('held', 'queued') and o.release_at <= now() and o.next_attempt_at <= now() limit 500`,
    ),
  );
  for (const d of due) {
    startDispatch(asId("organisation", d.org_id), asId("channel", d.channel_id));
  }
  return due.length;
}

/** Lapsed leases become unknown, silent unknowns go to a person, kept receipts find their message. */
export async function sweepSettling(): Promise<void> {
  const orgs = await inSystem("outbox sweep", (sql) =>
    sql.rows<{ org_id: string }>(
      "outbox.settling",
      `select distinct org_id from outbox where (state = 'dispatching' and lease_until < now())
          or (state = 'unknown' and unknown_since < now() - make_interval(secs => $1))
        union select distinct org_id from pending_receipts where created_at < now() - interval '5 seconds' and created_at > now() - interval '10 minutes'
        limit 500`,
      [env().OUTBOX_UNKNOWN_SECONDS],
    ),
  );
  for (const { org_id } of orgs) {
    await settleOrganisation(asId("organisation", org_id)).catch(
      (error) => log.warn("outbox.settle_failed", { orgId: org_id, ...errorFields(error) }), // one organisation's fault is not another's
    );
  }
}

async function settleOrganisation(orgId: Id<"organisation">): Promise<void> {
  const moved = await inTenantSql(systemCtx(orgId, "outbox.settle"), async (sql): Promise<Touched[]> => {
    const lapsed = await lapseLeases(sql);
    const attached = await attachPending(sql, null, ATTACH_AT_ONCE);
    const expired = await expireUnknown(sql, env().OUTBOX_UNKNOWN_SECONDS);
    await audit(
      sql,
      expired.map((m) => ({ action: "message.needs_review", subject: "message", subjectId: m.messageId })),
    );
    return [...lapsed, ...attached.touched, ...expired];
  });
  await publishLive(orgId, moved.map(conversationChanged));
}

/** Longest list of kept receipts one transaction attaches. */
const ATTACH_AT_ONCE = 2000;

/**
 * Attaches kept receipts of any age for the next organisation that has some; the settling sweep looks at young ones only.
 * @param after the organisation done last, or the null UUID at the beginning
 * @returns the organisation done now, or null at the end
 * @throws AppError `unavailable` without Postgres: the walk goes on from the same place later
 */
export async function attachKept(after: string): Promise<string | null> {
  const [next] = await inSystem("outbox sweep", (sql) =>
    sql.rows<{ org_id: string }>(
      "receipts.next_organisation",
      "select org_id from pending_receipts where org_id > $1 order by org_id limit 1",
      [after],
    ),
  );
  if (!next) return null;
  const orgId = asId("organisation", next.org_id);
  try {
    let more = true;
    while (more) {
      const ctx = systemCtx(orgId, "outbox.attach");
      const { touched, receipts } = await inTenantSql(ctx, (sql) => attachPending(sql, null, ATTACH_AT_ONCE));
      await publishLive(orgId, touched.map(conversationChanged));
      more = receipts === ATTACH_AT_ONCE;
    }
  } catch (error) {
    if (error instanceof AppError && error.code === "unavailable") throw error;
    log.warn("outbox.attach_failed", { orgId, ...errorFields(error) }); // one organisation's fault is not another's
  }
  return orgId;
}
