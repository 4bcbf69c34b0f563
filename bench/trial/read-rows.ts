/** The database of a trial, opened with its organisations' keys, in the form the verdict compares. */
import { createHash } from "node:crypto";
import { type ContentView, previewOf } from "@/lib/kernel/content";
import { asId } from "@/lib/kernel/ids";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { openIntake, orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import type { ConversationRow, MessageRow, OutboxRow, Rows } from "./verify";

const all = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await poolOf("owner").query<Row>(text, values)).rows;

/** Reads everything of the given organisations as the server's superuser, whom no policy binds. */
export async function readRows(orgIds: readonly string[]): Promise<Rows> {
  const messages: MessageRow[] = [];
  const conversations: ConversationRow[] = [];
  const present = await all<{ id: string }>("select id from organisations");
  for (const orgId of new Set([...orgIds, ...present.map((o) => o.id)])) {
    const keys = await orgKeys(asId("organisation", orgId));
    const opened = await readMessages(orgId, keys);
    messages.push(...opened.map(({ content: _content, ...row }) => row));
    conversations.push(...(await readConversations(orgId, keys, new Map(opened.map((m) => [m.id, m.content])))));
  }
  const outbox = await all<OutboxRow>('select org_id as "orgId", id, message_id as "messageId", state, attempts from outbox');
  return { messages, conversations, outbox, unrouted: await readUnrouted(), unreadable: await readUnreadable() };
}

interface RawMessage {
  id: string;
  conversation_id: string;
  channel_id: string;
  direction: "in" | "out";
  body_sealed: Buffer | null;
  wamid_sealed: Buffer | null;
  request_id: string | null;
  at: Date;
  sent_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  played_at: Date | null;
  failed_at: Date | null;
}
const ms = (d: Date | null) => d?.getTime() ?? null;

async function readMessages(orgId: string, keys: OrgKeys): Promise<(MessageRow & { content: ContentView })[]> {
  const rows = await all<RawMessage>(
    `select m.id, m.conversation_id, c.channel_id, m.direction, m.body_sealed, m.wamid_sealed, m.request_id, m.at, m.sent_at, m.delivered_at, m.read_at,
        m.played_at, m.failed_at
      from messages m join conversations c on c.org_id = m.org_id and c.id = m.conversation_id where m.org_id = $1`,
    [orgId],
  );
  return rows.map((r) => {
    const { content } = JSON.parse(keys.openText("messages", "body_sealed", r.id, r.body_sealed) ?? "{}") as {
      content: ContentView;
    };
    return {
      orgId,
      id: r.id,
      conversationId: r.conversation_id,
      channelId: r.channel_id,
      direction: r.direction,
      wamid: keys.openText("messages", "wamid_sealed", r.id, r.wamid_sealed),
      requestId: r.request_id,
      text: content.kind === "text" ? content.text : null,
      at: r.at.getTime(),
      times: {
        sent: ms(r.sent_at),
        delivered: ms(r.delivered_at),
        read: ms(r.read_at),
        played: ms(r.played_at),
        failed: ms(r.failed_at),
      },
      content,
    };
  });
}

interface RawConversation {
  id: string;
  channel_id: string;
  contact_id: string;
  unread: number;
  last_message_id: string | null;
  last_activity_at: Date;
  preview_sealed: Buffer | null;
  preview_type: string | null;
}

async function readConversations(orgId: string, keys: OrgKeys, contents: Map<string, ContentView>): Promise<ConversationRow[]> {
  const identities = new Map<string, Set<string>>();
  for (const i of await all<{ id: string; contact_id: string; value_sealed: Buffer }>(
    "select id, contact_id, value_sealed from contact_identities where org_id = $1 and value_sealed is not null",
    [orgId],
  )) {
    const value = keys.open("contact_identities", "value_sealed", i.id, i.value_sealed).toString();
    identities.set(i.contact_id, (identities.get(i.contact_id) ?? new Set()).add(value));
  }
  const rows = await all<RawConversation>(
    `select id, channel_id, contact_id, unread, last_message_id, last_activity_at, preview_sealed, preview_type from conversations where org_id = $1`,
    [orgId],
  );
  return rows.map((r) => {
    const content = contents.get(r.last_message_id ?? "");
    const shown = keys.openText("conversations", "preview_sealed", r.id, r.preview_sealed);
    const due = content && previewOf(content);
    return {
      orgId,
      id: r.id,
      channelId: r.channel_id,
      identities: identities.get(r.contact_id) ?? new Set(),
      unread: r.unread,
      lastMessageId: r.last_message_id,
      lastActivityAt: r.last_activity_at.getTime(),
      previewFits:
        due !== undefined &&
        shown !== null &&
        (JSON.parse(shown) as { text: string }).text === due.text &&
        r.preview_type === due.type,
    };
  });
}

async function readUnrouted(): Promise<Map<string, number>> {
  const out = new Map<string, number>();
  for (const e of await all<{ id: string; payload_sealed: Buffer }>(
    "select id, payload_sealed from webhook_events where state = 'unrouted' and payload_sealed is not null",
  )) {
    const payload = JSON.parse((await openIntake("webhook_events", "payload_sealed", e.id, e.payload_sealed)).toString()) as {
      message?: { id?: string };
    };
    const wamid = payload.message?.id;
    if (wamid) out.set(wamid, (out.get(wamid) ?? 0) + 1);
  }
  return out;
}

/** By the stored body itself, opened: what the delivery says of itself is not taken on trust. */
async function readUnreadable(): Promise<Map<string, number>> {
  const rows = await all<{ id: string; body_sealed: Buffer; events: number }>(
    `select d.id, d.body_sealed, (select count(*)::int from webhook_events e where e.delivery_id = d.id and e.state = 'quarantined') as events
      from webhook_deliveries d where d.state = 'unreadable'`,
  );
  const out = new Map<string, number>();
  for (const r of rows) {
    const raw = await openIntake("webhook_deliveries", "body_sealed", r.id, r.body_sealed);
    const sha = createHash("sha256").update(raw).digest("hex");
    out.set(sha, (out.get(sha) ?? 0) + r.events);
  }
  return out;
}

/** What still waits anywhere; all zero when the product has caught up. */
export async function countWaiting(): Promise<Record<string, number>> {
  const [row] = await all<Record<string, number>>(
    `select (select count(*)::int from webhook_deliveries where state = 'pending') as deliveries,
      (select count(*)::int from webhook_events where state = 'pending') as events,
      (select count(*)::int from outbox where state in ('held', 'queued', 'dispatching', 'unknown')) as outbox,
      (select count(*)::int from pending_receipts) as receipts`,
  );
  return row ?? {};
}
