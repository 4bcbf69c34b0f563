/** Steps on message rows; the only place their sealed columns are opened. */

import { ContentView, isUnopened, opensWindow, UNOPENED } from "@/lib/kernel/content";
import type { Id } from "@/lib/kernel/ids";
import { type OutboxState, shownState } from "@/lib/messages/model";
import type { MessageView } from "@/lib/messages/views";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";
import type { Reached, TemplateFill } from "@/lib/providers/ports";

/** What `messages.body_sealed` holds, as JSON. */
export interface MessageBody {
  content: ContentView;
  /** For outgoing templates: what the provider needs to fill them. */
  template?: TemplateFill;
  /** The message it answers or reacts to; a wamid is unique per number only. */
  quotes?: { phoneNumberId: string; wamid: string };
  raw?: unknown;
}

export interface MessageRow {
  id: string;
  conversation_id: string;
  direction: "in" | "out";
  origin: "client" | "agent" | "phone";
  author_id: string | null;
  author_name: string | null;
  type: string;
  body_sealed: Buffer | null;
  request_id: string | null;
  at: Date;
  received_at: Date;
  accepted_at: Date | null;
  quality_held: boolean;
  sent_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  played_at: Date | null;
  failed_at: Date | null;
  failure_code: number | null;
  failure_reason: string | null;
  outbox_state: OutboxState | null;
  release_at: Date | null;
  /** The first of its family, when it is a resend. */
  resend_of: string | null;
  /** A newer one of its family is under way or done. */
  resent: boolean;
  /** Another of its family, older or newer, was accepted and has not failed. */
  went_otherwise: boolean;
  matter_id: string | null;
  privileged: boolean;
  filed_by: string | null;
  filed_by_name: string | null;
  filed_at: Date | null;
}

// not `coalesce`: Postgres takes that for leaky, and would not look it up in an index under row-level security
const ROOT = "case when m.resend_of is null then m.id else m.resend_of end";
const IN_TROUBLE = "m.failed_at is not null or o.state in ('needs_review', 'rejected')";
/**
 * The columns of a MessageRow; `m` is messages, `o` outbox, `u` users. A message and its resends are a family, of which one may be under
 * way: it is asked for those in trouble only, and counted, since `exists` may be planned as a look through all messages.
 */
export const MESSAGE_COLUMNS = `m.id, m.conversation_id, m.direction, m.origin, m.author_id, u.name as author_name, m.type, m.body_sealed, m.request_id, m.at,
  m.received_at, m.accepted_at, m.quality_held, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.failure_code, m.failure_reason,
  o.state as outbox_state, o.release_at, m.resend_of, m.matter_id, m.privileged, i.filed_by, f.name as filed_by_name, i.filed_at,
  case when ${IN_TROUBLE} then
    (select count(*) > 0 from messages r join outbox n on n.org_id = r.org_id and n.message_id = r.id
      where r.org_id = m.org_id and r.resend_of = ${ROOT} and r.failed_at is null and n.state not in ('rejected', 'cancelled')
        and (r.at, r.id) > (m.at, m.id))
    else false end as resent,
  case when ${IN_TROUBLE} then
    (select count(*) > 0 from messages r
      where r.org_id = m.org_id and r.resend_of = ${ROOT} and r.id <> m.id and r.accepted_at is not null and r.failed_at is null)
    or (select count(*) > 0 from messages r where r.org_id = m.org_id and r.id = m.resend_of and r.conversation_id = m.conversation_id and r.accepted_at is not null and r.failed_at is null)
    else false end as went_otherwise`;
export const MESSAGE_JOINS = `left join outbox o on m.direction = 'out' and m.accepted_at is null and o.org_id = m.org_id and o.message_id = m.id
  left join users u on u.id = m.author_id
  left join instructions i on m.matter_id is not null and i.org_id = m.org_id and i.message_id = m.id and i.withdrawn_at is null
  left join users f on f.id = i.filed_by`;

/** The body of a message, opened. @throws if its seal or its shape is broken */
export function openBody(sql: Sql, id: string, sealed: Buffer | null): MessageBody {
  const text = sql.keys.openText("messages", "body_sealed", id, sealed);
  if (text === null) return { content: { kind: "card", type: "erased", lines: [] } };
  const body = JSON.parse(text) as MessageBody;
  return { ...body, content: ContentView.parse(body.content) };
}

/** The same for people's eyes: a body that does not open is a card that says so, and the others can still be read. */
export const readBody = (sql: Sql, id: string, sealed: Buffer | null): MessageBody =>
  openable("messages", id, () => openBody(sql, id, sealed)) ?? { content: UNOPENED };

export const sealBody = (sql: Sql, id: string, body: MessageBody) =>
  sql.keys.seal("messages", "body_sealed", id, JSON.stringify(body));

const iso = (d: Date | null) => d?.toISOString() ?? null;

/** Who looks: what one may do with a message depends on it. */
export interface Viewer {
  userId: string | null;
  mayResend: boolean;
}

/** What a row's own columns do not say. */
export type Opened = Pick<MessageView, "content" | "quoted" | "matter">;

/** A row as it leaves the server. */
export function viewOf(row: MessageRow, { content, quoted, matter }: Opened, viewer: Viewer): MessageView {
  const state = shownState({
    direction: row.direction,
    qualityHeld: row.quality_held,
    outbox: row.outbox_state,
    acceptedAt: row.accepted_at,
    sentAt: row.sent_at,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    playedAt: row.played_at,
    failedAt: row.failed_at,
  });
  return {
    id: row.id,
    conversationId: row.conversation_id,
    direction: row.direction,
    origin: row.origin,
    author: authorOf(row),
    at: row.at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    content,
    opensWindow: row.direction === "in" && opensWindow(row.type),
    quoted,
    state,
    times: {
      accepted: iso(row.accepted_at),
      sent: iso(row.sent_at),
      delivered: iso(row.delivered_at),
      read: iso(row.read_at),
      played: iso(row.played_at),
      failed: iso(row.failed_at),
    },
    failure: state === "failed" ? { reason: row.failure_reason ?? "other", code: row.failure_code } : null,
    releaseAt: state === "held" ? iso(row.release_at) : null,
    requestId: row.request_id,
    can: {
      undo: state === "held" && row.author_id === viewer.userId,
      resend:
        viewer.mayResend &&
        !row.resent &&
        !row.went_otherwise &&
        !isUnopened(content) &&
        (state === "needs_review" || state === "failed"),
    },
    resent: row.resent,
    matter,
    privileged: row.privileged,
    instruction:
      row.filed_by && row.filed_at
        ? { by: { id: row.filed_by, name: row.filed_by_name ?? "" }, at: row.filed_at.toISOString() }
        : null,
  };
}

/** Who of us wrote it. */
export const authorOf = (row: Pick<MessageRow, "author_id" | "author_name">) =>
  row.author_id ? { id: row.author_id, name: row.author_name ?? "" } : null;

/** One message, or null. */
export async function findMessageRow(sql: Sql, id: Id<"message">): Promise<MessageRow | null> {
  const [row] = await sql.rows<MessageRow>(
    "message.find",
    `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_JOINS} where m.org_id = $1 and m.id = $2`,
    [sql.ctx.orgId, id],
  );
  return row ?? null;
}

export interface InboundRow {
  id: Id<"message">;
  conversationId: Id<"conversation">;
  phoneNumberId: string;
  wamid: string;
  type: string;
  body: MessageBody;
  at: Date;
  receivedAt: Date;
  /** How far a message of the phone app had got; null for the client's own. */
  reached: Reached | null;
  /** Whose part of the conversation it belongs to. */
  matterId: string | null;
  privileged: boolean;
}

/** Of the given messages, those that are here already. */
export async function knownMessages<M extends { phoneNumberId: string; wamid: string }>(
  sql: Sql,
  list: readonly M[],
): Promise<Set<M>> {
  if (list.length === 0) return new Set();
  const byLookup = new Map(list.map((m) => [sql.keys.wamidLookup(m.phoneNumberId, m.wamid).toString("latin1"), m]));
  const rows = await sql.rows<{ wamid_lookup: Buffer }>(
    "messages.known",
    "select wamid_lookup from messages where org_id = $1 and wamid_lookup = any($2::bytea[])",
    [sql.ctx.orgId, [...byLookup.keys()].map((k) => Buffer.from(k, "latin1"))],
  );
  return new Set(rows.flatMap((r) => byLookup.get(r.wamid_lookup.toString("latin1")) ?? []));
}

/** Inserts messages the provider told of and their place in the search queue. A wamid that came in meanwhile fails the set, which is then tried again. */
export async function insertInbound(sql: Sql, rows: readonly InboundRow[]): Promise<void> {
  const { keys, ctx } = sql;
  await sql.run(
    "messages.inbound",
    `with i as (
       insert into messages (org_id, id, conversation_id, direction, origin, type, body_sealed, wamid_sealed, wamid_lookup, at, received_at,
         accepted_at, sent_at, delivered_at, read_at, played_at, failed_at, matter_id, privileged)
       select $1, u.id, u.cv, case when u.reached is null then 'in' else 'out' end, case when u.reached is null then 'client' else 'phone' end,
         u.type, u.body, u.wamid, u.lookup, u.at, u.received,
         case when u.reached is not null then u.at end, case when u.reached in ('sent', 'delivered', 'read', 'played') then u.at end,
         case when u.reached in ('delivered', 'read', 'played') then u.at end, case when u.reached in ('read', 'played') then u.at end,
         case when u.reached = 'played' then u.at end, case when u.reached = 'failed' then u.at end, u.matter, u.privileged
       from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::timestamptz[], $9::timestamptz[], $10::text[],
         $11::uuid[], $12::bool[]) u (id, cv, type, body, wamid, lookup, at, received, reached, matter, privileged))
     insert into search_queue (org_id, kind, id) select $1, 'message', u.id from unnest($2::uuid[]) u (id)`,
    [
      ctx.orgId,
      rows.map((r) => r.id),
      rows.map((r) => r.conversationId),
      rows.map((r) => r.type),
      rows.map((r) => sealBody(sql, r.id, r.body)),
      rows.map((r) => keys.seal("messages", "wamid_sealed", r.id, r.wamid)),
      rows.map((r) => keys.wamidLookup(r.phoneNumberId, r.wamid)),
      rows.map((r) => r.at),
      rows.map((r) => r.receivedAt),
      rows.map((r) => r.reached),
      rows.map((r) => r.matterId),
      rows.map((r) => r.privileged),
    ],
  );
}
