/** Steps on channel rows. Tokens are opened here and travel as `Secret`. */
import { noteConnections } from "@/lib/channels/standing-store";
import { asId, type Id } from "@/lib/kernel/ids";
import { Secret } from "@/lib/kernel/secret";
import { audit } from "@/lib/platform/audit";
import { SealError } from "@/lib/platform/crypto/codec";
import { log } from "@/lib/platform/log";
import type { Sql } from "@/lib/platform/sql";
import type { TokenReport } from "@/lib/providers/ports";

export interface ChannelRow {
  id: Id<"channel">;
  wabaId: string;
  phoneNumberId: string;
  name: string;
  status: string;
  /** Null when there is none, or when it does not open: either way the number has to be connected anew. */
  token: Secret | null;
  /** Digits with country code; null when unknown. */
  phone: string | null;
  /** The number goes on living in the WhatsApp Business app. */
  coexistence: boolean;
  /** The customer's own Meta app it is connected by; null for the platform's. */
  appId: string | null;
}
interface Raw {
  id: string;
  waba_id: string;
  phone_number_id: string;
  name: string;
  status: string;
  access_token_sealed: Buffer | null;
  display_phone_sealed: Buffer | null;
  coexistence: boolean;
  app_id: string | null;
}
const COLUMNS = "id, waba_id, phone_number_id, name, status, access_token_sealed, display_phone_sealed, coexistence, app_id";

const toChannel = (sql: Sql, r: Raw): ChannelRow => ({
  id: asId("channel", r.id),
  wabaId: r.waba_id,
  phoneNumberId: r.phone_number_id,
  name: r.name,
  status: r.status,
  token: tokenOf(sql, r),
  phone: sql.keys.openText("channels", "display_phone_sealed", r.id, r.display_phone_sealed),
  coexistence: r.coexistence,
  appId: r.app_id,
});

function tokenOf(sql: Sql, r: Raw): Secret | null {
  try {
    const token = sql.keys.openText("channels", "access_token_sealed", r.id, r.access_token_sealed);
    return token === null ? null : new Secret(token);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error("channel.token_unreadable", { channelId: r.id });
    return null;
  }
}

/** A channel with its token, or null. */
export async function findChannel(sql: Sql, id: Id<"channel">): Promise<ChannelRow | null> {
  const [row] = await sql.rows<Raw>("channel.find", `select ${COLUMNS} from channels where org_id = $1 and id = $2`, [
    sql.ctx.orgId,
    id,
  ]);
  return row ? toChannel(sql, row) : null;
}

/** The organisation's channels, oldest first. */
export async function listChannelRows(sql: Sql): Promise<ChannelRow[]> {
  const rows = await sql.rows<Raw>("channel.list", `select ${COLUMNS} from channels where org_id = $1 order by created_at, id`, [
    sql.ctx.orgId,
  ]);
  return rows.map((r) => toChannel(sql, r));
}

/**
 * Stops sending on a channel, keeping its queue; receiving goes on. Said once in the log and the trail.
 * @param code the provider's, or null when it was not asked
 */
export async function stopChannel(
  sql: Sql,
  id: Id<"channel">,
  status: "needs_reconnect" | "blocked",
  code: number | null,
): Promise<void> {
  const stopped = await sql.run(
    "channel.stop",
    "update channels set status = $3, status_code = $4, status_reason = null where org_id = $1 and id = $2 and status = 'connected'",
    [sql.ctx.orgId, id, status, code],
  );
  if (!stopped) return;
  const reason = code === null ? null : String(code);
  await noteConnections(sql, [{ id, from: "connected", to: status, reason, source: "product" }]);
  log.error("channel.stopped", { channelId: id, status, providerCode: code });
  await audit(sql, [{ action: "channel.stopped", subject: "channel", subjectId: id, detail: { status, code } }]);
}

/** Writes down what the provider says of a channel's token. */
export async function noteToken(
  sql: Sql,
  id: Id<"channel">,
  { scopes, expiresAt, dataAccessExpiresAt }: Pick<TokenReport, "scopes" | "expiresAt" | "dataAccessExpiresAt">,
): Promise<void> {
  const date = (ms: number | null) => (ms === null ? null : new Date(ms));
  await sql.run(
    "channel.token_noted",
    `update channels set token_checked_at = $3, token_scopes = $4, token_expires_at = $5, token_data_access_expires_at = $6
      where org_id = $1 and id = $2`,
    [sql.ctx.orgId, id, sql.ctx.now, scopes, date(expiresAt), date(dataAccessExpiresAt)],
  );
}
