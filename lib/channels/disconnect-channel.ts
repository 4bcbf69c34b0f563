/** Steps: a person ends a number's connection, and what is known of that. */
import { noteConnections } from "@/lib/channels/standing-store";
import type { LeftView } from "@/lib/channels/views";
import { notFound } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";

/** `status_reason` of a number that a person disconnected; a provider's reasons are in its own words. */
const BY_PERSON = "admin";

export interface LockedChannel {
  id: Id<"channel">;
  wabaId: string;
  phoneNumberId: string;
  status: string;
}

/** A channel, locked until the transaction ends. @throws AppError `not_found` */
export async function lockChannel(sql: Sql, id: Id<"channel">): Promise<LockedChannel> {
  const [row] = await sql.rows<{ waba_id: string; phone_number_id: string; status: string }>(
    "channel.lock",
    "select waba_id, phone_number_id, status from channels where org_id = $1 and id = $2 for update",
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("channel");
  return { id, wabaId: row.waba_id, phoneNumberId: row.phone_number_id, status: row.status };
}

/**
 * Ends the connection of a locked number. What the provider still has to be told is due from now on. The reason is a person's own words:
 * it stays sealed beside the trail, which names it.
 * @returns the disconnection's id
 */
export async function disconnectChannel(
  sql: Sql,
  channel: LockedChannel,
  { personId, reason }: { personId: Id<"user">; reason: string },
): Promise<Id<"disconnection">> {
  const { orgId, now } = sql.ctx;
  const id = newId("disconnection");
  await sql.run(
    "channel.disconnect",
    "update channels set status = 'disconnected', status_code = null, status_reason = $3, news_at = $4 where org_id = $1 and id = $2",
    [orgId, channel.id, BY_PERSON, now],
  );
  await sql.run(
    "disconnection.insert",
    "insert into disconnections (org_id, id, channel_id, person_id, at, reason_sealed) values ($1, $2, $3, $4, $5, $6)",
    [orgId, id, channel.id, personId, now, sql.keys.seal("disconnections", "reason_sealed", id, reason)],
  );
  await noteConnections(sql, [{ id: channel.id, from: channel.status, to: "disconnected", reason: null, source: "person" }]);
  return id;
}

interface Row {
  channel_id: string;
  id: string;
  at: Date;
  person: string | null;
  reason_sealed: Buffer;
  state: LeftView["provider"];
}
/** Who disconnected numbers, when, why, and how far the provider's side is, by channel id; nothing of one that is connected, or that the provider took away. */
export async function readLeft(sql: Sql, channelIds: readonly Id<"channel">[]): Promise<Map<string, LeftView>> {
  const rows = await sql.rows<Row>(
    "disconnections.last",
    `select distinct on (d.channel_id) d.channel_id, d.id, d.at, u.name as person, d.reason_sealed, d.state from disconnections d
        join channels c on c.org_id = d.org_id and c.id = d.channel_id and c.status = 'disconnected' and c.status_reason = '${BY_PERSON}'
        left join users u on u.id = d.person_id
      where d.org_id = $1 and d.channel_id = any($2::uuid[]) and d.state <> 'undone' order by d.channel_id, d.at desc, d.id desc`,
    [sql.ctx.orgId, channelIds],
  );
  return new Map(
    rows.map(({ channel_id, id, at, person, reason_sealed, state }) => {
      const read = () => sql.keys.open("disconnections", "reason_sealed", id, reason_sealed).toString();
      return [channel_id, { at: at.toISOString(), by: person, reason: openable("disconnections", id, read), provider: state }];
    }),
  );
}

/** Destroys a disconnected number's token; its PIN stays, since the number keeps it at the provider. */
export async function forgetToken(sql: Sql, id: Id<"channel">): Promise<void> {
  await sql.run(
    "channel.forget_token",
    `update channels set access_token_sealed = null, token_user_id = null, token_scopes = null, token_expires_at = null,
        token_data_access_expires_at = null where org_id = $1 and id = $2 and status = 'disconnected'`,
    [sql.ctx.orgId, id],
  );
}
