/** Step: pieces to event rows: routed to the organisation whose number it is, sealed under its key, stored once. */
import { asId, newId } from "@/lib/kernel/ids";
import { type Echo, hearClaims } from "@/lib/onboarding";
import { keyIdOf, type SealingKey, seal } from "@/lib/platform/crypto/codec";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { intakeKey, keysOfAll } from "@/lib/platform/keys";
import { counters } from "@/lib/platform/metrics";
import type { SystemSql } from "@/lib/platform/sql";
import type { Piece } from "@/lib/providers/meta/split-envelope";
import { keepOpened } from "@/lib/webhooks/opened";
import { noteOrphans, type OrphanSeen } from "@/lib/webhooks/orphans";
import { dedupeHasher } from "@/lib/webhooks/platform-keys";

/** An opened delivery with its pieces, payloads as text. */
export interface Written {
  id: string;
  endpoint_id: string;
  /** Set when the delivery was verified with one organisation's own secret. */
  endpoint_org: string | null;
  /** The own app whose endpoint it came to; null for the platform's endpoint, and once that app was removed. */
  endpoint_app: string | null;
  body_sealed: Buffer;
  received_at: Date;
  pieces: { piece: Piece; text: string }[];
}
interface EventRow {
  id: string;
  orgId: string | null;
  channelId: string | null;
  delivery: Written;
  piece: Piece;
  text: string;
  dedupe: Buffer;
  state: "pending" | "unrouted" | "quarantined";
  cause: string | null;
}
type Hash = (parts: readonly string[]) => Buffer;

/** Stores the events of a set of deliveries and marks these split. @returns organisations with pending events */
export async function storeEvents(sql: SystemSql, work: Written[]): Promise<string[]> {
  const hash = await dedupeHasher();
  const routes = await findRoutes(sql, work);
  const events = work.flatMap((delivery) =>
    delivery.pieces.flatMap(({ piece, text }) => toEvents(delivery, piece, text, routes, hash)),
  );
  const keys = await keysOfAll(events.flatMap((e) => (e.orgId === null ? [] : asId("organisation", e.orgId))));
  const intake = await intakeKey(keyIdOf(work.at(-1)?.body_sealed ?? Buffer.alloc(0)));
  for (const e of events) {
    // an organisation whose keys are destroyed is erased: its traffic is kept apart, and nobody else waits for it
    if (e.orgId && !keys.has(e.orgId)) Object.assign(e, { state: "quarantined", cause: "no_key", channelId: null });
  }
  await insertEvents(sql, events, keys, intake);
  const unrouted = events.filter((e) => e.state === "unrouted");
  await noteOrphans(sql, unrouted.flatMap(orphanOf));
  await hearClaims(sql, unrouted.flatMap(echoOf));
  // locked in the receiver's own order, or its count of repeats and this could wait for each other
  await sql.run(
    "deliveries.split",
    `with l as materialized (select id from webhook_deliveries where id = any($1::uuid[]) order by endpoint_id, body_sha256 for update)
      update webhook_deliveries d set state = case when u.unreadable then 'unreadable' else 'split' end, split_at = now()
      from unnest($1::uuid[], $2::boolean[]) u (id, unreadable) join l on l.id = u.id where d.id = l.id`,
    [work.map((w) => w.id), work.map((w) => w.pieces.every((p) => p.piece.field === "unreadable"))],
  );
  // those of events known before are never asked for, and age out
  for (const e of events) if (e.state === "pending") keepOpened(e.id, e.text);
  for (const e of events) if (e.cause) counters.eventsQuarantined.inc({ cause: e.cause });
  return [...new Set(events.filter((e) => e.state === "pending").map((e) => e.orgId))].filter((id): id is string => id !== null);
}

async function insertEvents(sql: SystemSql, events: EventRow[], keys: Map<string, OrgKeys>, intake: SealingKey): Promise<void> {
  const sealed = events.map((e) => {
    const org = e.orgId ? keys.get(e.orgId) : undefined;
    if (org) return { keyId: org.data.id, bytes: org.seal("webhook_events", "payload_sealed", e.id, e.text) };
    const place = { scope: "intake", table: "webhook_events", column: "payload_sealed", rowId: e.id };
    return { keyId: intake.id, bytes: seal(intake, place, e.text) };
  });
  await sql.run(
    "events.insert",
    `insert into webhook_events (id, org_id, channel_id, delivery_id, phone_number_id, waba_id, field, kind, dedupe, payload_sealed, key_id, received_at, state, cause)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[],
        $11::uuid[], $12::timestamptz[], $13::text[], $14::text[]) on conflict (dedupe) do nothing`,
    [
      events.map((e) => e.id),
      events.map((e) => e.orgId),
      events.map((e) => e.channelId),
      events.map((e) => e.delivery.id),
      events.map((e) => plain(e.piece.phoneNumberId)),
      events.map((e) => plain(e.piece.wabaId)),
      events.map((e) => plain(e.piece.field) ?? "unknown"),
      events.map((e) => e.piece.kind),
      events.map((e) => e.dedupe),
      sealed.map((s) => s.bytes),
      sealed.map((s) => s.keyId),
      events.map((e) => e.delivery.received_at),
      events.map((e) => e.state),
      events.map((e) => e.cause),
    ],
  );
}

const GRAPH_ID = /^\d{1,32}$/;
function orphanOf({ piece, delivery }: EventRow): OrphanSeen[] {
  if (piece.wabaId === null || !GRAPH_ID.test(piece.wabaId)) return [];
  return [{ wabaId: piece.wabaId, ownerBusinessId: ownerOf(piece), at: delivery.received_at }];
}
/** What a phone app sent for a number that is nobody's: what our own app's secret vouches for, and nothing else, gets here as `unrouted`. */
function echoOf({ piece, delivery }: EventRow): Echo[] {
  const { kind, field, wabaId, phoneNumberId, payload } = piece;
  if (kind !== "echo" || field !== "smb_message_echoes" || delivery.endpoint_org !== null) return [];
  if (wabaId === null || phoneNumberId === null || !GRAPH_ID.test(wabaId) || !GRAPH_ID.test(phoneNumberId)) return [];
  return [{ wabaId, phoneNumberId, payload, at: delivery.received_at }];
}
/** Meta names the owner in what it says of accounts; elsewhere nobody does. */
function ownerOf({ field, payload }: Piece): string | null {
  if (field !== "account_update") return null;
  const { value } = payload as { value?: { waba_info?: { owner_business_id?: unknown } } };
  const id = String(value?.waba_info?.owner_business_id ?? "");
  return GRAPH_ID.test(id) ? id : null;
}

/** An id or a field name as it may stand in a text column; anything longer or stranger is no id we could know. */
const plain = (value: string | null) => (value !== null && /^[\x21-\x7e]{1,80}$/.test(value) ? value : null);

function toEvents(delivery: Written, piece: Piece, text: string, routes: Routes, hash: Hash): EventRow[] {
  // what only a customer's own secret vouches for must never stand in the way of the platform's copy
  const apart = ["foreign", delivery.endpoint_id, ...piece.dedupe];
  const event = (parts: readonly string[], rest: Pick<EventRow, "orgId" | "channelId" | "state" | "cause">): EventRow => ({
    id: newId("event"),
    delivery,
    piece,
    text,
    dedupe: hash(parts),
    ...rest,
  });
  const owner = delivery.endpoint_org;
  if (piece.broken) {
    const cause = String(piece.payload.cause ?? piece.broken);
    return [event(owner ? apart : piece.dedupe, { orgId: owner, channelId: null, state: "quarantined", cause })];
  }
  const known = routesOf(piece, routes);
  if (owner) {
    // an own secret proves the traffic of its own app's numbers, at any time; all of it under keys of that endpoint
    const app = delivery.endpoint_app; // null once the app was removed: it speaks for nobody any more
    const mine = known.filter((r) => r.orgId === owner && app !== null && r.appId === app);
    if (mine.length === 0) return [event(apart, { orgId: owner, channelId: null, state: "quarantined", cause: "foreign" })];
    return mine.map(({ orgId, channelId }) => event([...apart, channelId], { orgId, channelId, state: "pending", cause: null }));
  }
  // what came before a number was connected is kept first, and whether it is handed over decided there; of a number with an own app
  // our app was never asked to speak
  const told = tellApart(
    piece,
    known.filter((r) => r.appId === null && r.connectedAt <= delivery.received_at),
  );
  if (told.length === 0) return [event(piece.dedupe, { orgId: null, channelId: null, state: "unrouted", cause: null })];
  // news of an account that several have connected is news to each of them
  return told.map(({ orgId, channelId }, i) =>
    event(i === 0 ? piece.dedupe : [...piece.dedupe, orgId], { orgId, channelId, state: "pending", cause: null }),
  );
}

interface Route {
  orgId: string;
  channelId: string;
  connectedAt: Date;
  /** The own app it is connected by; null for ours. */
  appId: string | null;
}
interface Routes {
  byPhone: Map<string, Route>;
  byWaba: Map<string, Route[]>;
}

/** By phone_number_id; without one by WABA. Never by display number or URL. */
function routesOf(piece: Piece, routes: Routes): Route[] {
  if (!piece.phoneNumberId) return routes.byWaba.get(piece.wabaId ?? "") ?? [];
  const route = routes.byPhone.get(piece.phoneNumberId);
  return route ? [route] : [];
}

/** Said of an account as a whole, without a word of any one number of it. */
const OF_WHOLE_ACCOUNTS = new Set(["account_update", "account_review_update", "business_capability_update"]);

/** Whom our own app's word reaches: a number, or each organisation of an account, if that belongs to one. */
function tellApart(piece: Piece, known: readonly Route[]): { orgId: string; channelId: string | null }[] {
  if (piece.phoneNumberId) return known.map(({ orgId, channelId }) => ({ orgId, channelId }));
  const orgs = [...new Set(known.map((r) => r.orgId))];
  return orgs.length > 1 && !OF_WHOLE_ACCOUNTS.has(piece.field) ? [] : orgs.map((orgId) => ({ orgId, channelId: null }));
}

async function findRoutes(sql: SystemSql, work: Written[]): Promise<Routes> {
  const pieces = work.flatMap((w) => w.pieces.map((p) => p.piece));
  const known = (ids: (string | null)[]) => [...new Set(ids.map(plain))].filter((id): id is string => id !== null);
  const rows = await sql.rows<{
    org_id: string;
    id: string;
    phone_number_id: string;
    waba_id: string;
    connected_at: Date;
    app_id: string | null;
  }>(
    "channels.route",
    `select org_id, id, phone_number_id, waba_id, connected_at, app_id from channels
      where status <> 'disconnected' and (phone_number_id = any($1::text[]) or waba_id = any($2::text[])) order by org_id, connected_at`,
    [known(pieces.map((p) => p.phoneNumberId)), known(pieces.filter((p) => !p.phoneNumberId).map((p) => p.wabaId))],
  );
  const routes: Routes = { byPhone: new Map(), byWaba: new Map() };
  for (const r of rows) {
    const route = { orgId: r.org_id, channelId: r.id, connectedAt: r.connected_at, appId: r.app_id };
    routes.byPhone.set(r.phone_number_id, route);
    routes.byWaba.set(r.waba_id, [...(routes.byWaba.get(r.waba_id) ?? []), route]);
  }
  return routes;
}
