/** Carries departures out: tokens that a person gave are forgotten, their numbers stop sending and ask to be reconnected. */
import { stopChannel } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { inSystem, inTenantSql } from "@/lib/platform/sql";

interface Open {
  id: string;
  kind: string;
  user_id: string;
}
const BATCH = 20;

/** Handles open departures, oldest first; one that fails stays open and keeps no other waiting. @returns how many were done */
export async function handleDepartures(now: Date): Promise<number> {
  const open = await inSystem("departures", (sql) =>
    sql.rows<Open>(
      "departures.open",
      "select id, kind, user_id from departures where done_at is null order by asked_at limit $1",
      [BATCH],
    ),
  );
  let done = 0;
  for (const departure of open) {
    try {
      await handle(departure, now);
      done++;
    } catch (error) {
      log.error("departure.failed", { departureId: departure.id, ...errorFields(error) });
    }
  }
  return done;
}

async function handle({ id, kind, user_id }: Open, now: Date): Promise<void> {
  const numbers = await inSystem("departures", (sql) =>
    sql.rows<{ org_id: string; id: string }>(
      "departures.numbers",
      "select org_id, id from channels where token_user_id = $1 order by org_id, id",
      [user_id],
    ),
  );
  for (const { org_id, id: channelId } of numbers)
    await forget(asId("organisation", org_id), asId("channel", channelId), kind, now);
  await inSystem("departures", (sql) =>
    sql.run(
      "departures.done",
      "update departures set done_at = $2, numbers = $3, user_id = null where id = $1 and done_at is null",
      [id, now, numbers.length],
    ),
  );
  log.warn("departure.done", { departureId: id, kind, numbers: numbers.length });
}

/** Receiving goes on: Meta sends while the account is subscribed, and a message that came must not be lost. */
async function forget(orgId: Id<"organisation">, channelId: Id<"channel">, kind: string, now: Date): Promise<void> {
  await inTenantSql(systemCtx(orgId, "departures", now), async (sql) => {
    await stopChannel(sql, channelId, "needs_reconnect", null);
    const changed = await sql.run(
      "departures.forget",
      `update channels set access_token_sealed = null, token_user_id = null, token_scopes = null, token_expires_at = null,
          token_data_access_expires_at = null where org_id = $1 and id = $2 and token_user_id is not null`,
      [orgId, channelId],
    );
    if (changed > 0)
      await audit(sql, [{ action: "token.withdrawn", subject: "channel", subjectId: channelId, detail: { by: kind } }]);
  });
}
