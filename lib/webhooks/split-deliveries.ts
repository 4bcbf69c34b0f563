/** From deliveries to events: claimed with lease and fence, opened, walked whole, routed, stored with dedupe keys. */
import { asId, newId } from "@/lib/kernel/ids";
import { type SealingKey, seal } from "@/lib/platform/crypto/codec";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { intakeKey, openIntake, orgKeys } from "@/lib/platform/keys";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { isUnavailable } from "@/lib/platform/pool";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { type Piece, parseBody, splitEnvelope } from "@/lib/providers/meta/split-envelope";
import { SPLIT_BATCH, SPLIT_LEASE, SPLIT_TRIES } from "@/lib/webhooks/model";
import { dedupeHasher } from "@/lib/webhooks/platform-keys";

interface Claimed {
  id: string;
  endpoint_id: string;
  endpoint_org: string | null;
  body_sealed: Buffer;
  received_at: Date;
  fence: number;
  attempts: number;
}
interface Route {
  orgId: string;
  channelId: string | null;
}
interface EventRow {
  id: string;
  orgId: string | null;
  channelId: string | null;
  deliveryId: string;
  endpointId: string;
  piece: Piece;
  dedupe: Buffer;
  receivedAt: Date;
  state: "pending" | "unrouted" | "quarantined";
  cause: string | null;
}

/**
 * Splits up to 500 waiting deliveries. A crash leaves the lease to lapse; a second worker's writes fail on the fence.
 * @returns how many were claimed, and the organisations that now have pending events
 */
export async function splitDeliveries(): Promise<{ claimed: number; organisations: string[] }> {
  const claimed = await inSystem("split", claim);
  if (claimed.length === 0) return { claimed: 0, organisations: [] };
  const pieces: { delivery: Claimed; pieces: Piece[] }[] = [];
  for (const delivery of claimed) {
    const found = await piecesOf(delivery);
    if (found) pieces.push({ delivery, pieces: found }); // else its lease lapses and it is tried again, alone at fault
  }
  const organisations = await inSystem("split", (sql) => store(sql, pieces));
  return { claimed: claimed.length, organisations };
}

const claim = (sql: SystemSql) =>
  sql.rows<Claimed>(
    "deliveries.claim",
    `update webhook_deliveries d set lease_until = now() + make_interval(secs => $2), fence = nextval('fences'), attempts = attempts + 1
      from (select w.id, i.org_id from webhook_deliveries w join intake_endpoints i on i.id = w.endpoint_id
        where w.state = 'pending' and (w.lease_until is null or w.lease_until < now()) order by w.received_at, w.id limit $1 for update of w skip locked) t
      where d.id = t.id returning d.id, d.endpoint_id, t.org_id as endpoint_org, d.body_sealed, d.received_at, d.fence, d.attempts`,
    [SPLIT_BATCH, SPLIT_LEASE / 1000],
  );

const unreadable = (cause: "not_json" | "foreign_shape" | "no_key", raw: Buffer | null, id: string): Piece => ({
  kind: "generic",
  field: "unreadable",
  phoneNumberId: null,
  wabaId: null,
  dedupe: ["unreadable", id],
  payload: { cause, raw: raw?.toString("base64") ?? null },
  broken: "foreign_shape",
});

async function piecesOf(delivery: Claimed): Promise<Piece[] | null> {
  let raw: Buffer | null = null;
  try {
    raw = await openIntake("webhook_deliveries", "body_sealed", delivery.id, delivery.body_sealed);
    const pieces = splitEnvelope(parseBody(raw));
    return pieces && pieces.length > 0 ? pieces : [unreadable("foreign_shape", raw, delivery.id)];
  } catch (error) {
    if (raw && error instanceof SyntaxError) return [unreadable("not_json", raw, delivery.id)];
    if (isUnavailable(error)) throw error;
    log.error("delivery.unreadable", { deliveryId: delivery.id, attempt: delivery.attempts, ...errorFields(error) });
    if (delivery.attempts < SPLIT_TRIES) return null;
    return [unreadable("no_key", null, delivery.id)];
  }
}

async function store(sql: SystemSql, work: { delivery: Claimed; pieces: Piece[] }[]): Promise<string[]> {
  const hash = await dedupeHasher();
  const routes = await findRoutes(
    sql,
    work.flatMap((w) => w.pieces),
  );
  const events: EventRow[] = work.flatMap(({ delivery, pieces }) =>
    pieces.map((piece) => toEvent(delivery, piece, routes, hash)),
  );
  const keys = new Map<string, OrgKeys>();
  for (const orgId of new Set(events.map((e) => e.orgId))) if (orgId) keys.set(orgId, await orgKeys(asId("organisation", orgId)));
  const intakeKeys = new Map<string, SealingKey>();
  for (const { delivery } of work) {
    const id = keyIdText(delivery.body_sealed);
    if (!intakeKeys.has(id)) intakeKeys.set(id, await intakeKey(id).catch(() => newest(intakeKeys)));
  }
  const intakeSealing = newest(intakeKeys);
  const sealed = events.map((e) => {
    const text = JSON.stringify(e.piece.payload);
    const org = e.orgId ? keys.get(e.orgId) : undefined;
    if (org) return { keyId: org.data.id, bytes: org.seal("webhook_events", "payload_sealed", e.id, text) };
    return {
      keyId: intakeSealing.id,
      bytes: seal(intakeSealing, { scope: "intake", table: "webhook_events", column: "payload_sealed", rowId: e.id }, text),
    };
  });
  // only deliveries still under our fence are marked, and only their events inserted
  const kept = new Set(
    (
      await sql.rows<{ id: string }>(
        "deliveries.split",
        `update webhook_deliveries d set state = case when u.unreadable then 'unreadable' else 'split' end, split_at = now(), lease_until = null
          from unnest($1::uuid[], $2::bigint[], $3::boolean[]) u (id, fence, unreadable) where d.id = u.id and d.fence = u.fence and d.state = 'pending' returning d.id`,
        [
          work.map((w) => w.delivery.id),
          work.map((w) => w.delivery.fence),
          work.map((w) => w.pieces.every((p) => p.field === "unreadable")),
        ],
      )
    ).map((r) => r.id),
  );
  const rows = events.map((e, i) => ({ ...e, sealed: sealed[i] })).filter((e) => kept.has(e.deliveryId));
  await sql.run(
    "events.insert",
    `insert into webhook_events (id, org_id, channel_id, delivery_id, endpoint_id, phone_number_id, waba_id, field, kind, dedupe, payload_sealed, key_id, received_at, state, cause)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[],
        $12::uuid[], $13::timestamptz[], $14::text[], $15::text[]) on conflict (dedupe) do nothing`,
    [
      rows.map((e) => e.id),
      rows.map((e) => e.orgId),
      rows.map((e) => e.channelId),
      rows.map((e) => e.deliveryId),
      rows.map((e) => e.endpointId),
      rows.map((e) => clean(e.piece.phoneNumberId)),
      rows.map((e) => clean(e.piece.wabaId)),
      rows.map((e) => clean(e.piece.field) ?? "unknown"),
      rows.map((e) => e.piece.kind),
      rows.map((e) => e.dedupe),
      rows.map((e) => e.sealed?.bytes),
      rows.map((e) => e.sealed?.keyId),
      rows.map((e) => e.receivedAt),
      rows.map((e) => e.state),
      rows.map((e) => e.cause),
    ],
  );
  for (const e of rows) if (e.cause) counters.eventsQuarantined.inc({ cause: e.cause });
  return [...new Set(rows.filter((e) => e.state === "pending").map((e) => e.orgId))].filter((id): id is string => id !== null);
}

/** Ids and field names as they may stand in a text column: short, printable; anything else is cut or dropped. */
const clean = (value: string | null) => {
  const text = value?.replace(/[^\x20-\x7e]/g, "").slice(0, 80);
  return text || null;
};

function newest(keys: Map<string, SealingKey>): SealingKey {
  const key = [...keys.values()].at(-1);
  if (!key) throw new Error("no intake key");
  return key;
}
const keyIdText = (sealed: Buffer) => {
  const h = sealed.toString("hex", 1, 17);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
};

function toEvent(delivery: Claimed, piece: Piece, routes: Routes, hash: (parts: readonly string[]) => Buffer): EventRow {
  const base = {
    id: newId("event"),
    deliveryId: delivery.id,
    endpointId: delivery.endpoint_id,
    piece,
    receivedAt: delivery.received_at,
  };
  const dedupe = hash(piece.dedupe);
  if (piece.broken) {
    return {
      ...base,
      orgId: delivery.endpoint_org,
      channelId: null,
      dedupe,
      state: "quarantined",
      cause: String(piece.payload.cause ?? piece.broken),
    };
  }
  const route = routeOf(piece, routes);
  // a customer's own secret proves only that customer's traffic: anything else is kept apart, under a key of that endpoint
  if (delivery.endpoint_org && route?.orgId !== delivery.endpoint_org) {
    return {
      ...base,
      orgId: delivery.endpoint_org,
      channelId: null,
      dedupe: hash(["foreign", delivery.endpoint_id, ...piece.dedupe]),
      state: "quarantined",
      cause: "foreign",
    };
  }
  if (!route) return { ...base, orgId: null, channelId: null, dedupe, state: "unrouted", cause: null };
  return { ...base, orgId: route.orgId, channelId: route.channelId, dedupe, state: "pending", cause: null };
}

interface Routes {
  byPhone: Map<string, Route>;
  byWaba: Map<string, Route | "many">;
}

/** By phone_number_id; without one by WABA, if that belongs to one organisation. Never by display number, URL or time. */
function routeOf(piece: Piece, routes: Routes): Route | null {
  if (piece.phoneNumberId) return routes.byPhone.get(piece.phoneNumberId) ?? null;
  const waba = piece.wabaId ? routes.byWaba.get(piece.wabaId) : undefined;
  return waba && waba !== "many" ? waba : null;
}

async function findRoutes(sql: SystemSql, pieces: Piece[]): Promise<Routes> {
  const phones = [...new Set(pieces.map((p) => p.phoneNumberId))].filter(Boolean);
  const wabas = [...new Set(pieces.filter((p) => !p.phoneNumberId).map((p) => p.wabaId))].filter(Boolean);
  const rows = await sql.rows<{ org_id: string; id: string; phone_number_id: string; waba_id: string }>(
    "channels.route",
    `select org_id, id, phone_number_id, waba_id from channels
      where status <> 'disconnected' and (phone_number_id = any($1::text[]) or waba_id = any($2::text[]))`,
    [phones, wabas],
  );
  const routes: Routes = { byPhone: new Map(), byWaba: new Map() };
  for (const r of rows) {
    routes.byPhone.set(r.phone_number_id, { orgId: r.org_id, channelId: r.id });
    const known = routes.byWaba.get(r.waba_id);
    routes.byWaba.set(
      r.waba_id,
      known && known !== "many" && known.orgId !== r.org_id ? "many" : { orgId: r.org_id, channelId: null },
    );
  }
  return routes;
}
