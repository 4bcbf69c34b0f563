/** From events to what people see: one organisation at a time, set-wise; effects and "processed" commit together. */

import { applyAccountNews, applyNumberNews, noteAppSeen, noteDeclined, noteHistory, type ToldNews } from "@/lib/channels";
import { personKey, resolveContacts } from "@/lib/contacts";
import { type Received, receiveMessages } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId, type Id } from "@/lib/kernel/ids";
import { applyReceipts } from "@/lib/messages";
import { NoKeys } from "@/lib/platform/crypto/codec";
import { type LiveMessage, publishLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { isUnavailable } from "@/lib/platform/pool";
import { inSystem, inTenantSql, type Sql } from "@/lib/platform/sql";
import type { AccountNews } from "@/lib/providers/meta/parse-account";
import { Unreadable } from "@/lib/providers/meta/parse-message";
import type { BookEntry, History } from "@/lib/providers/meta/parse-phone-app";
import type { InboundMessage, Receipt } from "@/lib/providers/ports";
import { nextStep, PAST_BATCH, PROCESS_BATCH, PROCESS_BYTES } from "@/lib/webhooks/model";
import { takeOpened } from "@/lib/webhooks/opened";
import { isUnderstood, understand } from "@/lib/webhooks/understand";

interface EventRow {
  id: string;
  kind: string;
  field: string;
  channel_id: string | null;
  waba_id: string | null;
  received_at: Date;
  attempts: number;
  /** How many were due, whether or not they fitted; null when the set was named. */
  due: number | null;
}
interface Changed {
  conversationId: string;
  messageId: string;
}
interface Outcome {
  taken: number;
  more: boolean;
  past: boolean;
  changed: Changed[];
}

export interface Handled {
  /** How many events were taken. */
  taken: number;
  /** More are due than fitted into this set. */
  more: boolean;
  /** The set was of a phone app's past, which can wait. */
  past: boolean;
}

/**
 * Handles up to 500 pending events of one organisation, 16 MiB at most; the past of a phone app only when nothing else is due, and a piece at
 * a time. A poison event is found by halving the set; the
 * others go on. Events of an organisation that was erased are set apart: nothing of it opens any more.
 * @param withPast false leaves a phone app's past for later
 * @throws AppError `unavailable` while Postgres is away
 */
export async function processOrganisation(orgId: Id<"organisation">, withPast = true): Promise<Handled> {
  const ctx = systemCtx(orgId, "webhooks.process");
  try {
    const { taken, more, past, changed } = await attempt(ctx, null, withPast);
    await publishLive(orgId, toLive(changed));
    return { taken, more, past };
  } catch (error) {
    if (!(error instanceof NoKeys)) throw error;
    return { taken: await setApart(orgId), more: false, past: false };
  }
}

async function setApart(orgId: Id<"organisation">): Promise<number> {
  const n = await inSystem("no key", (sql) =>
    sql.run(
      "events.no_key",
      "update webhook_events set state = 'quarantined', cause = 'no_key', processed_at = now() where org_id = $1 and state = 'pending'",
      [orgId],
    ),
  );
  counters.eventsQuarantined.inc({ cause: "no_key" }, n);
  return n;
}

/** Handles a set: all that is due, or the given ids. On failure the set is halved until the culprit stands alone. */
async function attempt(ctx: ReturnType<typeof systemCtx>, ids: string[] | null, withPast = true): Promise<Outcome> {
  let events: EventRow[] = [];
  try {
    return await inTenantSql(ctx, async (sql) => {
      await lockOrganisation(sql);
      events = ids ? await takeNamed(sql, ids) : await takeDue(sql, withPast);
      const changed = await handle(sql, events);
      const due = events[0]?.due ?? 0;
      return { taken: events.length, more: due === PROCESS_BATCH || due > events.length, past: isPast(events), changed };
    });
  } catch (error) {
    if (events.length === 0 || isAway(error)) throw error;
    if (events.length === 1 && events[0]) {
      await recordFailure(ctx, events[0], error);
      return { taken: 1, more: true, past: isPast(events), changed: [] };
    }
    const half = Math.ceil(events.length / 2);
    const first = await attempt(
      ctx,
      events.slice(0, half).map((e) => e.id),
    );
    const second = await attempt(
      ctx,
      events.slice(half).map((e) => e.id),
    );
    return { taken: events.length, more: true, past: isPast(events), changed: [...first.changed, ...second.changed] };
  }
}

/** The database or a neighbour is away: nothing counts, the set is tried again. A statement that ran out of time is the set's own fault. */
const isAway = (error: unknown) =>
  error instanceof AppError
    ? error.code === "unavailable" && !ranOutOfTime(error.cause)
    : isUnavailable(error) && !ranOutOfTime(error);
const ranOutOfTime = (error: unknown) => (error as { code?: unknown } | undefined)?.code === "57014";

/** One handler per organisation at a time: contacts and conversations are made without races, in a fixed order. */
const lockOrganisation = (sql: Sql) =>
  sql.rows("org.lock", "select pg_advisory_xact_lock(hashtextextended($1::text, 7))", [sql.ctx.orgId]);

const PAST = "history";
const isPast = (events: readonly EventRow[]) => events.length > 0 && events.every((e) => e.field === PAST);

/** No row locks: under the organisation's lock nobody else handles these, and marking them looks at their state again. */
const takeNamed = (sql: Sql, ids: string[]) =>
  sql.rows<EventRow>(
    "events.take_ids",
    `select id, kind, field, channel_id, waba_id, received_at, attempts, null as due from webhook_events
      where org_id = $1 and id = any($2::uuid[]) and state = 'pending' order by id`,
    [sql.ctx.orgId, ids],
  );

/** What is due: those who write now go before a phone app's past, of which the next pieces are taken when nobody does. */
async function takeDue(sql: Sql, withPast: boolean): Promise<EventRow[]> {
  const now = await takeUpTo(sql, "events.take", "<>", PROCESS_BATCH);
  return now.length > 0 || !withPast ? now : takeUpTo(sql, "events.take_past", "=", PAST_BATCH);
}

const takeUpTo = (sql: Sql, name: string, compare: "=" | "<>", most: number) =>
  sql.rows<EventRow>(
    name,
    // lengths are read without the payloads: five hundred of 4 MiB would not fit into memory
    `select id, kind, field, channel_id, waba_id, received_at, attempts, due from (
        select e.*, count(*) over ()::int as due, row_number() over (order by next_attempt_at, id) as place,
          sum(bytes) over (order by next_attempt_at, id) - bytes as before
        from (select id, kind, field, channel_id, waba_id, octet_length(payload_sealed) as bytes, received_at, attempts, next_attempt_at
          from webhook_events
          where org_id = $1 and state = 'pending' and next_attempt_at <= now() and field ${compare} '${PAST}' order by next_attempt_at, id limit $2) e) w
      where coalesce(before, 0) < $3 and place <= $4 order by next_attempt_at, id`,
    // one more than is taken tells whether there are more
    [sql.ctx.orgId, Math.max(most, 2), PROCESS_BYTES, most],
  );

interface Told {
  message: InboundMessage;
  event: EventRow;
}

async function handle(sql: Sql, events: EventRow[]): Promise<Changed[]> {
  if (events.length === 0) return [];
  const messages: Told[] = [];
  const receipts: Receipt[] = [];
  const book: BookEntry[] = [];
  const news: { wabaId: string; told: AccountNews & { channelId: Id<"channel"> | null }; at: Date }[] = [];
  const numberNews: { wabaId: string; told: ToldNews }[] = [];
  const broken: { id: string; cause: string }[] = [];
  const ours = events.filter(isUnderstood);
  const payloads = await openPayloads(
    sql,
    ours.map((e) => e.id),
  );
  for (const event of ours) {
    try {
      const said = understand(event, JSON.parse(payloads.get(event.id) ?? ""), event.channel_id !== null);
      for (const message of said.messages) messages.push({ message, event });
      receipts.push(...said.receipts);
      book.push(...said.book);
      if (said.news && event.waba_id)
        news.push({
          wabaId: event.waba_id,
          told: { ...said.news, channelId: channelOf(event) },
          at: said.news.at ?? event.received_at,
        });
      if (said.numberNews && event.waba_id)
        numberNews.push({
          wabaId: event.waba_id,
          told: { ...said.numberNews, channelId: channelOf(event), at: whenOf(said.numberNews.at, event) },
        });
      if (said.history && event.channel_id) await keepHistory(sql, asId("channel", event.channel_id), said.history);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      broken.push({ id: event.id, cause: error.cause_ });
    }
  }
  const arrived = await receive(sql, messages, book);
  const touched = await applyReceipts(sql, receipts);
  numberNews.sort((a, b) => a.told.at.getTime() - b.told.at.getTime());
  for (const { wabaId, told } of numberNews) await applyNumberNews(sql, wabaId, told);
  news.sort((a, b) => a.at.getTime() - b.at.getTime());
  for (const { wabaId, told, at } of news) await applyAccountNews(sql, wabaId, { ...told, at });
  await noteAppSeen(sql, events.flatMap(appSeen));
  await markProcessed(sql, events, broken);
  return [...arrived, ...touched];
}

const channelOf = ({ channel_id }: EventRow) => (channel_id === null ? null : asId("channel", channel_id));

/** When it was: as told, but never after it came, or a wrong clock would outlast everything that follows. */
const whenOf = (told: Date | null, { received_at }: EventRow) => (told !== null && told < received_at ? told : received_at);

/** What only a number's phone app can have told says that it was open then. */
const OF_THE_APP = new Set(["smb_message_echoes", "history", "smb_app_state_sync"]);
const appSeen = ({ field, channel_id, received_at }: EventRow) =>
  channel_id !== null && OF_THE_APP.has(field) ? [{ channelId: asId("channel", channel_id), at: received_at }] : [];

/** The payloads as text: those this process split itself are at hand, the others are opened from their rows. */
async function openPayloads(sql: Sql, ids: string[]): Promise<Map<string, string>> {
  const texts = new Map(ids.map((id) => [id, takeOpened(id)]));
  const sealed = ids.filter((id) => texts.get(id) === undefined);
  const rows =
    sealed.length === 0
      ? []
      : await sql.rows<{ id: string; payload_sealed: Buffer }>(
          "events.payloads",
          "select id, payload_sealed from webhook_events where org_id = $1 and id = any($2::uuid[])",
          [sql.ctx.orgId, sealed],
        );
  for (const { id, payload_sealed } of rows)
    texts.set(id, sql.keys.open("webhook_events", "payload_sealed", id, payload_sealed).toString());
  return texts as Map<string, string>;
}

async function keepHistory(sql: Sql, channelId: Id<"channel">, { chunks, declined }: History): Promise<void> {
  await noteHistory(
    sql,
    chunks.map(({ messages, ...chunk }) => ({ channelId, ...chunk, messages: messages.length })),
  );
  if (declined !== null) await noteDeclined(sql, channelId, declined);
}

async function receive(sql: Sql, messages: Told[], book: BookEntry[]): Promise<Changed[]> {
  const named = book.map(({ phone, name, at }) => ({ sender: { ...NOBODY, phone, profileName: name }, at }));
  const contacts = await resolveContacts(sql, [
    ...messages.map(({ message }) => ({ sender: message.sender, at: message.at })),
    ...named,
  ]);
  const items = messages.flatMap(({ message, event }): Received[] => {
    const contact = contacts.get(personKey(message.sender));
    if (!contact || !event.channel_id) throw new Unreadable("no_channel");
    return [{ message, contact, channelId: asId("channel", event.channel_id), receivedAt: event.received_at }];
  });
  return receiveMessages(
    sql,
    items,
    named.flatMap(({ sender }) => contacts.get(personKey(sender)) ?? []),
  );
}
const NOBODY = { bsuid: null, username: null, becomes: null };

async function markProcessed(sql: Sql, events: EventRow[], broken: { id: string; cause: string }[]): Promise<void> {
  const causes = new Map(broken.map((b) => [b.id, b.cause]));
  await sql.run(
    "events.processed",
    `update webhook_events e set state = case when u.cause is null then 'processed' else 'quarantined' end, cause = u.cause, processed_at = now()
      from unnest($2::uuid[], $3::text[]) u (id, cause) where e.org_id = $1 and e.id = u.id and e.state = 'pending'`,
    [sql.ctx.orgId, events.map((e) => e.id), events.map((e) => causes.get(e.id) ?? null)],
  );
  for (const { cause } of broken) counters.eventsQuarantined.inc({ cause });
  for (const kind of new Set(events.map((e) => e.kind)))
    counters.eventsProcessed.inc({ kind }, events.filter((e) => e.kind === kind).length);
}

async function recordFailure(ctx: ReturnType<typeof systemCtx>, event: EventRow, error: unknown): Promise<void> {
  const next = nextStep(event.attempts);
  const cause = error instanceof AppError ? error.detail : error instanceof Unreadable ? error.cause_ : "handler_failed";
  log.error("event.failed", { eventId: event.id, state: next.state, attempt: event.attempts + 1, ...errorFields(error) });
  if (next.state === "quarantined") counters.eventsQuarantined.inc({ cause });
  await inTenantSql(ctx, (sql) =>
    sql.run(
      "events.failed",
      `update webhook_events set state = $3, attempts = attempts + 1, cause = $4, first_failed_at = coalesce(first_failed_at, now()),
          next_attempt_at = now() + make_interval(secs => $5) where org_id = $1 and id = $2 and state = 'pending'`,
      [ctx.orgId, event.id, next.state, cause, next.state === "pending" ? next.delayMs / 1000 : 0],
    ),
  );
}

function toLive(changed: Changed[]): LiveMessage[] {
  const by = new Map<string, string[]>();
  for (const c of changed) by.set(c.conversationId, [...(by.get(c.conversationId) ?? []), c.messageId]);
  return [...by].map(([conversationId, messageIds]) => ({
    type: "conversation.changed",
    conversationId,
    messageIds: messageIds.slice(-20),
  }));
}
