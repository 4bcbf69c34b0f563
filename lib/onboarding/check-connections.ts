/** The nightly look at each connection: is its token alive and until when, does Meta still send us its messages, how does it stand. */
import {
  type ChannelRow,
  findChannel,
  keepChecks,
  listChannelRows,
  noteCallback,
  noteToken,
  stopChannel,
  takeWarning,
} from "@/lib/channels";
import { hostOf, warningOf } from "@/lib/channels/model";
import { type Ctx, systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import type { Secret } from "@/lib/kernel/secret";
import { isAccountInUse } from "@/lib/onboarding/account-in-use";
import { judge, type Look, lookAtNumber } from "@/lib/onboarding/look-at-number";
import { type Speaker, speakerOf } from "@/lib/onboarding/speaker";
import { organisationsWithNumbers } from "@/lib/onboarding/sweep-onboarding";
import { type AuditEntry, audit } from "@/lib/platform/audit";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { LostShift } from "@/lib/platform/slots";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import type { TokenReport } from "@/lib/providers/ports";

/** What came of a round of checks. */
export interface Checked {
  checked: number;
  failed: number;
}

/**
 * Checks every connection; one organisation that fails keeps no other from its turn.
 * @param keep called before each number, so that a long night is not begun a second time; what it throws ends the round
 */
export async function checkAllConnections(keep: () => Promise<void> = async () => {}): Promise<Checked> {
  const all: Checked = { checked: 0, failed: 0 };
  for (const orgId of await organisationsWithNumbers()) {
    await keep();
    try {
      const { checked, failed } = await checkConnections(orgId, undefined, keep);
      all.checked += checked;
      all.failed += failed;
    } catch (error) {
      if (error instanceof LostShift) throw error;
      all.failed++;
      log.error("connections.check_failed", { orgId, ...errorFields(error) });
    }
  }
  log.info("connections.checked", { ...all });
  return all;
}

/**
 * Checks an organisation's connections. A dead token stops sending, never receiving; a transport error says nothing about a
 * token and changes nothing. A lost subscription is made anew and written down. Of a token's end a warning is given once per
 * threshold. A number that fails, such as one whose own app does not open, is counted and keeps no other from its turn.
 */
export async function checkConnections(
  orgId: Id<"organisation">,
  now: () => Date = () => new Date(),
  keep: () => Promise<void> = async () => {},
): Promise<Checked> {
  const ctx = () => systemCtx(orgId, "connections.check", now());
  const result: Checked = { checked: 0, failed: 0 };
  for (const channel of await inTenantSql(ctx(), listChannelRows)) {
    if (channel.status === "disconnected") continue;
    await keep();
    try {
      await checkConnection(ctx, channel);
      result.checked++;
    } catch (error) {
      result.failed++;
      counters.tokenChecks.inc({ result: "failed" });
      log.error("connection.check_failed", { orgId, channelId: channel.id, ...errorFields(error) });
    }
  }
  return result;
}

/**
 * Checks one connection.
 * @param ctx made anew for each part, since the provider takes its time
 * @returns whether it is known now that the provider tells us of the number, or that its token is dead or it is gone
 */
export async function checkConnection(ctx: () => Ctx, channel: ChannelRow): Promise<boolean> {
  const began = ctx();
  const speaker = await speakerOf(began, channel.appId);
  const look = await lookAtNumber(channel, speaker);
  const { report } = look;
  // disconnected while Meta was asked: nothing of it is to be mended, nor looked at any more
  if (await inTenantSql(began, (sql) => isGone(sql, channel))) return true;
  const alive = report?.valid === true && report.ours;
  if (channel.token !== null) counters.tokenChecks.inc({ result: report === null ? "unknown" : alive ? "alive" : "dead" });
  if (channel.token !== null && report === null)
    log.warn("token.unchecked", { channelId: channel.id, why: look.refusedAs ?? "unknown" });
  const repaired =
    alive && channel.token !== null && look.facts.subscribed === false && (await repair(channel, channel.token, speaker));
  if (repaired) look.facts.subscribed = true;
  const moved = alive && channel.token !== null ? await putRight(channel, channel.token, speaker, look) : null;
  const warned = await inTenantSql(began, async (sql) => {
    if (await isGone(sql, channel)) return null;
    if (report) await noteToken(sql, channel.id, report);
    if (moved) await noteCallback(sql, channel.id, moved);
    await keepChecks(sql, channel.id, await judge(sql, channel, look));
    const due = report && alive ? await warningsDue(sql, channel.id, report) : [];
    if (report && !alive) await stopChannel(sql, channel.id, "needs_reconnect", report.code);
    await audit(sql, [
      ...due.map(({ kind, days }) => entry("token.expiring", channel, { kind, days })),
      ...(repaired ? [entry("subscription.repaired", channel, { waba: channel.wabaId })] : []),
      ...(moved ? [entry("callback.repaired", channel, moved)] : []),
    ]);
    return due;
  });
  if (warned === null && repaired && channel.token !== null) await takeBack(channel, channel.token, speaker);
  for (const { kind, days } of warned ?? []) {
    counters.tokensExpiring.inc({ days: String(days) });
    log.warn("token.expiring", { channelId: channel.id, kind, days });
  }
  return look.facts.subscribed === true || (report !== null && !alive);
}

const entry = (action: string, channel: ChannelRow, detail: AuditEntry["detail"]): AuditEntry => ({
  action,
  subject: "channel",
  subjectId: channel.id,
  detail,
});

interface Warning {
  kind: "token" | "data_access";
  days: number;
}
/** The thresholds crossed since the last look, of the token and of its access to data; each is taken once. */
async function warningsDue(sql: Sql, channelId: Id<"channel">, report: TokenReport): Promise<Warning[]> {
  const due: Warning[] = [];
  const ends = { token: report.expiresAt, data_access: report.dataAccessExpiresAt };
  for (const kind of ["token", "data_access"] as const) {
    const expiresAt = ends[kind];
    const days = warningOf(expiresAt, sql.ctx.now.getTime());
    if (expiresAt !== null && days !== null && (await takeWarning(sql, channelId, { kind, expiresAt, days })))
      due.push({ kind, days });
  }
  return due;
}

async function repair(channel: ChannelRow, token: Secret, { accounts }: Speaker): Promise<boolean> {
  const made = await accounts.subscribe(channel.wabaId, token);
  log.warn("subscription.lost", { channelId: channel.id, repaired: made.ok });
  return made.ok;
}

const isGone = async (sql: Sql, { id }: ChannelRow) => (await findChannel(sql, id))?.status === "disconnected";

/** A subscription that was made while its number was being disconnected is ended again, unless another number needs it. */
async function takeBack({ wabaId, appId }: ChannelRow, token: Secret, { accounts }: Speaker): Promise<void> {
  if (await isAccountInUse({ wabaId, appId })) return;
  const ended = await accounts.unsubscribe(wabaId, token);
  log.warn("subscription.taken_back", { repaired: ended.ok });
}

/**
 * Sends a number's messages back to us where an address set for it, or for its account, leads elsewhere. What the platform's app as a
 * whole is set to is not one tenant's to change, nor to get around; an own app's default leads to its owner, so there it is.
 * @returns the hosts, for the record; null when nothing was changed
 */
async function putRight(
  channel: ChannelRow,
  token: Secret,
  { accounts, callback, ours, own }: Speaker,
  { facts }: Look,
): Promise<{ from: string; to: string } | null> {
  const { number } = facts;
  if (number === null || number === "refused") return null;
  const set = number.overrides?.number ?? number.overrides?.account ?? null;
  const now = set ?? (own ? (number.callback ?? "") : null);
  if (now === null || ours.includes(now)) return null;
  const made = await accounts.setNumberCallback(channel.phoneNumberId, callback, token);
  log.warn("callback.drifted", { channelId: channel.id, repaired: made.ok });
  if (!made.ok) return null;
  number.callback = callback.address;
  return { from: hostOf(now) ?? "", to: hostOf(callback.address) ?? "" };
}
