/** The last step: the number becomes a channel. One transaction, nothing outside. */
import { noteConnections, undoDisconnection } from "@/lib/channels";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import type { Facts } from "@/lib/onboarding/facts";
import type { Sql } from "@/lib/platform/sql";

/** Numbers of the app are limited to twenty messages a second. Source: Meta, Coexistence, "Limitations". */
const APP_PACE = 20;

/**
 * Step: makes the channel, or gives the one this organisation had for the number its new token. Needs the proof of its account. A number
 * that was not given up meanwhile stays connected since when it was; only news from before this moment counts no more.
 * @param registered whether this journey registered the number, and so set its PIN
 * @throws the database's unique violation when another organisation holds the number, see `isTaken`
 */
export async function bindNumber(sql: Sql, facts: Facts, registered: boolean): Promise<Id<"channel">> {
  const { number, wabaId, token } = facts;
  if (!number || !wabaId || !token) throw new Error("a number is bound before it is known");
  const own = await findOwn(sql, number.id);
  const id = own?.id ?? newId("channel");
  const sealed = (column: string, value: string | null) => (value === null ? null : sql.keys.seal("channels", column, id, value));
  await sql.run(
    "onboarding.bind",
    `insert into channels as c (org_id, id, waba_id, phone_number_id, name, display_phone_sealed, access_token_sealed, pin_sealed, coexistence, token_expires_at, token_user_id, app_id, app_seen_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, case when $9 then now() end)
      on conflict (org_id, id) do update set waba_id = excluded.waba_id, name = excluded.name, display_phone_sealed = excluded.display_phone_sealed,
        access_token_sealed = excluded.access_token_sealed, pin_sealed = coalesce(excluded.pin_sealed, c.pin_sealed), coexistence = excluded.coexistence,
        token_expires_at = excluded.token_expires_at, token_user_id = excluded.token_user_id, app_id = excluded.app_id, app_seen_at = excluded.app_seen_at,
        status = 'connected', status_code = null, status_reason = null, news_at = now(),
        connected_at = case when c.status = 'disconnected' then now() else c.connected_at end`,
    [
      sql.ctx.orgId,
      id,
      wabaId,
      number.id,
      number.verifiedName || number.display || "WhatsApp",
      sealed("display_phone_sealed", number.display.replace(/\D/g, "")),
      sealed("access_token_sealed", token),
      sealed("pin_sealed", registered ? facts.pin : null),
      number.onBusinessApp,
      facts.tokenExpiresAt === null ? null : new Date(facts.tokenExpiresAt),
      facts.tokenUserId,
      facts.app?.id ?? null,
    ],
  );
  if (own && own.status !== "connected")
    await noteConnections(sql, [{ id, from: own.status, to: "connected", reason: null, source: "person" }]);
  await undoDisconnection(sql, id);
  await sql.run(
    "onboarding.pace",
    `insert into channel_pace (org_id, channel_id, per_second, max_per_second, burst) values ($1, $2, $3, $3, $4)
      on conflict (org_id, channel_id) do update set per_second = excluded.per_second, max_per_second = excluded.max_per_second`,
    [sql.ctx.orgId, id, number.onBusinessApp ? APP_PACE : 60, 20],
  );
  return id;
}

/** True for the refusal of a number that another organisation holds. Which one is not said, and not known here. */
export const isTaken = (error: unknown): boolean => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === "23505" && constraint === "channels_phone_number";
};

/** The organisation's own channel of a number, connected or not: reconnecting keeps its history. */
async function findOwn(sql: Sql, phoneNumberId: string): Promise<{ id: Id<"channel">; status: string } | null> {
  const [row] = await sql.rows<{ id: string; status: string }>(
    "onboarding.own_channel",
    "select id, status from channels where org_id = $1 and provider = 'meta' and phone_number_id = $2 order by status <> 'disconnected' desc, created_at desc limit 1",
    [sql.ctx.orgId, phoneNumberId],
  );
  return row ? { id: asId("channel", row.id), status: row.status } : null;
}
