/** Step: Meta tells by itself how a number or its account stands; its checks and its list of changes follow. */
import { createHash } from "node:crypto";
import { isChange, judgeTold, type Known, type ToldCheck } from "@/lib/channels/model";
import { type Change, lockStanding, noteChanges } from "@/lib/channels/standing-store";
import { asId, type Id } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface ToldNews {
  /** Digits of the number meant; null with `phoneNumberId` null: every connected number of the account. */
  phone: string | null;
  phoneNumberId: string | null;
  /** The one number an own app speaks of; null for all that are connected by our app. */
  channelId: Id<"channel"> | null;
  facts: readonly { check: ToldCheck; word: string }[];
  /** What happened, in Meta's own words: it has no state of its own, and each is listed. */
  events: readonly { what: "account" | "security" | "alert"; word: string; detail: string | null }[];
  at: Date;
}

/**
 * Keeps what was told of the numbers meant, within this organisation and this account only; a number that is not among them gets
 * nothing, and neither does any other instead of it. Told again, late or in any order the end is the same: what is older than what a
 * check is known by says nothing, and an event stands in the list once.
 */
export async function applyNumberNews(sql: Sql, wabaId: string, news: ToldNews): Promise<void> {
  for (const channelId of await meant(sql, wabaId, news)) {
    const changes = await keepTold(sql, channelId, news);
    await noteChanges(sql, [...changes, ...news.events.map((event) => toChange(channelId, event, news.at))]);
  }
}

async function meant(sql: Sql, wabaId: string, { phone, phoneNumberId, channelId }: ToldNews): Promise<Id<"channel">[]> {
  const rows = await sql.rows<{ id: string; phone_number_id: string; display_phone_sealed: Buffer | null }>(
    "standing.meant",
    `select id, phone_number_id, display_phone_sealed from channels where org_id = $1 and waba_id = $2 and status <> 'disconnected'
      and case when $3::uuid is null then app_id is null else id = $3 end order by id`,
    [sql.ctx.orgId, wabaId, channelId],
  );
  const digitsOf = ({ id, display_phone_sealed }: (typeof rows)[number]) =>
    sql.keys.openText("channels", "display_phone_sealed", id, display_phone_sealed)?.replace(/\D/g, "") ?? null;
  return rows
    .filter((row) => phoneNumberId === null || row.phone_number_id === phoneNumberId)
    .filter((row) => phone === null || digitsOf(row) === phone)
    .map(({ id }) => asId("channel", id));
}

interface Row {
  check_name: string;
  known_state: string | null;
  known_cause: string | null;
  known_value: string | null;
  known_at: Date | null;
}

async function keepTold(sql: Sql, channelId: Id<"channel">, { facts, at }: ToldNews): Promise<Change[]> {
  if (facts.length === 0) return [];
  await lockStanding(sql, channelId);
  const rows = await sql.rows<Row>(
    "standing.known",
    `select check_name, known_state, known_cause, known_value, known_at from number_checks
      where org_id = $1 and channel_id = $2 and check_name = any($3::text[])`,
    [sql.ctx.orgId, channelId, facts.map(({ check }) => check)],
  );
  const before = new Map(rows.map((row) => [row.check_name, row]));
  const fresh = facts
    .filter(({ check }) => (before.get(check)?.known_at ?? new Date(0)) <= at)
    .map(({ check, word }) => ({ check, to: judgeTold(check, word) }));
  if (fresh.length === 0) return [];
  await sql.run(
    "standing.told",
    `insert into number_checks (org_id, channel_id, check_name, state, cause, value, known_state, known_cause, known_value, known_at)
      select $1, $2, u.name, u.state, u.cause, u.value, u.state, u.cause, u.value, $3
      from unnest($4::text[], $5::text[], $6::text[], $7::text[]) u (name, state, cause, value)
      on conflict (org_id, channel_id, check_name) do update set state = excluded.state, cause = excluded.cause, value = excluded.value, at = null,
        known_state = excluded.known_state, known_cause = excluded.known_cause, known_value = excluded.known_value, known_at = excluded.known_at`,
    [
      sql.ctx.orgId,
      channelId,
      at,
      fresh.map(({ check }) => check),
      fresh.map(({ to }) => to.state),
      fresh.map(({ to }) => to.cause),
      fresh.map(({ to }) => to.value),
    ],
  );
  return fresh.flatMap(({ check, to }): Change[] => {
    const from = knownOf(before.get(check));
    // unlike a first look, a first word is news: Meta tells when something happens
    return from === null || isChange(from, to) ? [{ channelId, what: check, source: "provider", from, to, at }] : [];
  });
}

const knownOf = (row: Row | undefined): Known | null =>
  row?.known_state ? { state: row.known_state, cause: row.known_cause, value: row.known_value } : null;

/** An event's row is known by what it says, so that one told twice is one. */
function toChange(channelId: Id<"channel">, { what, word, detail }: ToldNews["events"][number], at: Date): Change {
  const hex = createHash("sha256")
    .update(JSON.stringify([channelId, what, word, detail, at.getTime()]))
    .digest("hex");
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const to = { state: word, cause: null, value: detail };
  return { id: asId("numberChange", id), channelId, what, source: "provider", from: null, to, at };
}
