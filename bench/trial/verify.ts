/** The verdict of a trial: the outside world's ledger against the database, id by id. Pure. */
import { businessScopedId } from "../../sandbox/ids";
import type { LedgerLine } from "../../sandbox/ledger";

export interface Finding {
  kind: "missing" | "doubled" | "foreign";
  what: string;
  id: string;
}
export interface Inbound {
  wamid: string;
  phoneNumberId: string;
  from: string;
  type: string;
  text?: string;
}
/** What the trial knows besides the ledger. */
export interface Evidence {
  /** Numbers the product knows; any other number's traffic must stay unrouted. */
  numbers: Map<string, { orgId: string; channelId: string; wabaId: string }>;
  /** Messages sent as bodies of our own that were answered 200. */
  raws: Inbound[];
  /** Wamids that were offered under wrong signatures only. */
  forged: Set<string>;
  /** SHA-256 (hex) of unreadable bodies that were answered 200. */
  unreadable: Set<string>;
  /** Replies the product said it took. */
  requests: { requestId: string; orgId: string; conversationId: string }[];
  /** When an answer of the provider may have gone unrecorded (a worker or Postgres was killed), milliseconds since 1970. */
  outages: { from: number; to: number }[];
}
export interface MessageRow {
  orgId: string;
  id: string;
  conversationId: string;
  channelId: string;
  direction: "in" | "out";
  wamid: string | null;
  requestId: string | null;
  text: string | null;
  at: number;
  times: Record<StatusName, number | null>;
}
export interface OutboxRow {
  orgId: string;
  id: string;
  messageId: string;
  state: string;
  /** How often the product claimed it for sending. */
  attempts: number;
}
export interface ConversationRow {
  orgId: string;
  id: string;
  channelId: string;
  /** Phones and business-scoped ids of its contact. */
  identities: Set<string>;
  unread: number;
  lastMessageId: string | null;
  lastActivityAt: number;
  /** The row's preview equals the one its last message gives. */
  previewFits: boolean;
}
export interface Rows {
  messages: MessageRow[];
  outbox: OutboxRow[];
  conversations: ConversationRow[];
  /** Wamids of unrouted events, with how many hold each. */
  unrouted: Map<string, number>;
  /** SHA-256 (hex) of stored bodies whose delivery ended unreadable, with its number of quarantined events. */
  unreadable: Map<string, number>;
}

const STATUSES = ["sent", "delivered", "read", "played", "failed"] as const;
export type StatusName = (typeof STATUSES)[number];
const isStatus = (type: string): type is StatusName => (STATUSES as readonly string[]).includes(type);
const ENDED = new Set(["accepted", "rejected", "needs_review", "cancelled"]);
/** Types that are no word of the client: they neither open the window nor count as unread. */
const SILENT = new Set(["system", "reaction", "edit", "revoke"]);

/** Everything that is wrong; nothing, when the product kept its word. */
export function judge(lines: readonly LedgerLine[], evidence: Evidence, rows: Rows): Finding[] {
  const found: Finding[] = [];
  const say = (kind: Finding["kind"], what: string, id: string) => void found.push({ kind, what, id });
  const conversations = new Map(rows.conversations.map((c) => [c.id, c]));
  const arrived = judgeInbound(lines, evidence, rows, conversations, say);
  judgeOutbound(lines, evidence, rows, conversations, say);
  judgeStatuses(lines, rows, say);
  judgeConversations(rows, arrived, say);
  judgeUnreadable(evidence, rows, say);
  return found;
}
type Say = (kind: Finding["kind"], what: string, id: string) => void;

function group<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of items) {
    const k = key(item);
    if (k === null) continue;
    const known = out.get(k);
    if (known) known.push(item);
    else out.set(k, [item]);
  }
  return out;
}

const isMessageLine = (l: LedgerLine) =>
  l.kind === "webhook" && l.wamid !== null && l.phoneNumberId !== null && !isStatus(l.type);

/** @returns per conversation, how many messages must be unread */
function judgeInbound(
  lines: readonly LedgerLine[],
  evidence: Evidence,
  rows: Rows,
  conversations: Map<string, ConversationRow>,
  say: Say,
): Map<string, number> {
  const offered = new Set<string>();
  const expected = new Map<string, Inbound>(evidence.raws.map((r) => [r.wamid, r]));
  for (const l of lines) {
    if (!isMessageLine(l)) continue;
    const wamid = l.wamid ?? "";
    offered.add(wamid);
    if (l.answer === 200)
      expected.set(wamid, {
        wamid,
        phoneNumberId: l.phoneNumberId ?? "",
        from: l.to ?? "",
        type: l.type,
        ...(l.text === undefined ? {} : { text: l.text }),
      });
  }
  const fits = (row: MessageRow, e: Inbound) => {
    const number = evidence.numbers.get(e.phoneNumberId);
    const identities = conversations.get(row.conversationId)?.identities;
    if (!number || row.orgId !== number.orgId || row.channelId !== number.channelId) return false;
    return identities !== undefined && (identities.has(e.from) || identities.has(businessScopedId(number.wabaId, e.from)));
  };
  const unread = new Map<string, number>();
  const byWamid = group(
    rows.messages.filter((m) => m.direction === "in"),
    (m) => m.wamid,
  );
  for (const e of expected.values()) {
    if (!evidence.numbers.has(e.phoneNumberId)) {
      const n = rows.unrouted.get(e.wamid) ?? 0;
      if (n === 0) say("missing", "event of an unknown number", e.wamid);
      for (let i = 1; i < n; i++) say("doubled", "event of an unknown number", e.wamid);
      continue;
    }
    const right = (byWamid.get(e.wamid) ?? []).filter((row) => fits(row, e));
    if (right.length === 0) say("missing", "inbound message", e.wamid);
    for (const row of right.slice(1)) say("doubled", "inbound message", row.id);
    const [row] = right;
    if (row && e.type === "text" && e.text !== undefined && row.text !== e.text)
      say("missing", "text of an inbound message", row.id);
    if (row && !SILENT.has(e.type)) unread.set(row.conversationId, (unread.get(row.conversationId) ?? 0) + 1);
  }
  for (const row of rows.messages) {
    if (row.direction !== "in") continue;
    const e = row.wamid === null ? undefined : expected.get(row.wamid);
    if (e ? !fits(row, e) : evidence.forged.has(row.wamid ?? "") || !offered.has(row.wamid ?? ""))
      say("foreign", "inbound message", row.id);
  }
  return unread;
}

function judgeOutbound(
  lines: readonly LedgerLine[],
  evidence: Evidence,
  rows: Rows,
  conversations: Map<string, ConversationRow>,
  say: Say,
): void {
  const sends = group(
    lines.filter((l) => l.kind === "send"),
    (l) => l.tag ?? "",
  );
  const attempts = group(
    lines.filter((l) => l.kind === "attempt"),
    (l) => l.tag,
  );
  const told = new Set(lines.filter((l) => l.kind === "webhook" && l.tag !== null && l.answer === 200).map((l) => l.tag));
  const messages = new Map(rows.messages.map((m) => [m.id, m]));
  const outbox = new Map(rows.outbox.map((o) => [o.id, o]));
  for (const [tag, list] of sends) {
    const row = outbox.get(tag);
    const message = row && messages.get(row.messageId);
    const conversation = message && conversations.get(message.conversationId);
    for (const line of list.slice(1)) say("doubled", "accepted send", `${tag} ${line.wamid}`);
    const [line] = list;
    if (!line) continue;
    const number = evidence.numbers.get(line.phoneNumberId ?? "");
    const mine = row && message && conversation && number && row.orgId === number.orgId && message.channelId === number.channelId;
    const toThem =
      conversation?.identities.has(line.to ?? "") ||
      conversation?.identities.has(businessScopedId(number?.wabaId ?? "", line.to ?? ""));
    if (!mine || !toThem || message.text !== (line.text ?? null)) say("foreign", "accepted send", tag);
    if (message?.wamid && !list.some((l) => l.wamid === message.wamid))
      say("foreign", "wamid of an outbound message", message.id);
  }
  for (const row of rows.outbox) {
    const sent = sends.has(row.id);
    const tries = attempts.get(row.id) ?? [];
    if (!ENDED.has(row.state)) say("missing", `outbox row left ${row.state}`, row.id);
    if (row.state === "accepted" && !sent) say("missing", "accepted, but never sent", row.id);
    if ((row.state === "rejected" || row.state === "cancelled") && sent)
      say("missing", `sent, but recorded as ${row.state}`, row.id);
    if (row.state === "needs_review" && sent && told.has(row.id))
      say("missing", "sent and told by a receipt, but left to a person", row.id);
    // nobody answered, or the answer left it open; claimed more often than it was posted: killed between claim and call
    const unclear = tries.some(
      (t) => t.answer === "reset" || t.answer === "lost" || (typeof t.answer === "number" && t.answer >= 500),
    );
    const unheard = tries.some((t) => evidence.outages.some((o) => o.from <= Date.parse(t.at) && Date.parse(t.at) <= o.to));
    const open = unclear || unheard || row.attempts > tries.length;
    if (row.state === "needs_review" && !sent && !open) say("missing", "left to a person, though every answer was clear", row.id);
  }
  const byMessage = group(rows.outbox, (o) => o.messageId);
  const byRequest = group(
    rows.messages.filter((m) => m.direction === "out"),
    (m) => m.requestId,
  );
  const asked = new Map(evidence.requests.map((r) => [r.requestId, r]));
  for (const request of asked.values()) {
    const list = (byRequest.get(request.requestId) ?? []).filter(
      (m) => m.orgId === request.orgId && m.conversationId === request.conversationId,
    );
    if (list.length === 0) say("missing", "reply", request.requestId);
    for (const m of list.slice(1)) say("doubled", "reply", m.id);
  }
  for (const m of rows.messages) {
    if (m.direction !== "out") continue;
    const request = asked.get(m.requestId ?? "");
    if (!request || request.orgId !== m.orgId || request.conversationId !== m.conversationId)
      say("foreign", "outbound message", m.id);
    const n = byMessage.get(m.id)?.length ?? 0;
    if (n !== 1) say(n === 0 ? "missing" : "doubled", "outbox row of a message", m.id);
  }
}

/** Every status answered with 200 shows on its message, and no status that was never told. */
function judgeStatuses(lines: readonly LedgerLine[], rows: Rows, say: Say): void {
  const offered = new Map<string, Set<string>>();
  const told = new Map<string, Set<string>>();
  for (const l of lines) {
    if (l.kind !== "webhook" || l.wamid === null || !isStatus(l.type)) continue;
    for (const map of l.answer === 200 ? [offered, told] : [offered])
      map.set(l.wamid, (map.get(l.wamid) ?? new Set()).add(l.type));
  }
  const out = rows.messages.filter((m) => m.direction === "out");
  const byWamid = group(out, (m) => m.wamid);
  const states = new Map(rows.outbox.map((o) => [o.messageId, o.state]));
  for (const [wamid, names] of told) {
    const list = byWamid.get(wamid) ?? [];
    if (list.length > 1) say("doubled", "message of a wamid", wamid);
    for (const name of names) {
      const [message] = list;
      if (!message || message.times[name as StatusName] === null) say("missing", `status ${name}`, wamid);
    }
  }
  for (const m of out) {
    for (const name of STATUSES) {
      if (m.times[name] === null || offered.get(m.wamid ?? "")?.has(name)) continue;
      if (name === "failed" && states.get(m.id) === "rejected") continue; // the answer itself refused it
      say("foreign", `status ${name}`, m.id);
    }
  }
}

function judgeConversations(rows: Rows, unread: Map<string, number>, say: Say): void {
  const byConversation = group(rows.messages, (m) => m.conversationId);
  for (const c of rows.conversations) {
    const due = unread.get(c.id) ?? 0;
    if (c.unread < due) say("missing", `unread is ${c.unread}, must be ${due}`, c.id);
    if (c.unread > due) say("doubled", `unread is ${c.unread}, must be ${due}`, c.id);
    const messages = byConversation.get(c.id) ?? [];
    if (messages.length === 0) continue;
    const newest = messages.reduce((at, m) => Math.max(at, m.at), 0);
    const last = messages.find((m) => m.id === c.lastMessageId);
    if (last?.at !== newest || c.lastActivityAt !== newest) say("missing", "the list row does not show the newest message", c.id);
    else if (!c.previewFits) say("missing", "preview of the list row", c.id);
  }
}

function judgeUnreadable(evidence: Evidence, rows: Rows, say: Say): void {
  for (const sha of evidence.unreadable) {
    const events = rows.unreadable.get(sha) ?? 0;
    if (events === 0) say("missing", "unreadable body in quarantine", sha);
    for (let i = 1; i < events; i++) say("doubled", "unreadable body in quarantine", sha);
  }
}
