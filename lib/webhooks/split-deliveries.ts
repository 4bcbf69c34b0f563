/** From deliveries to events: opened, walked whole, routed, stored with dedupe keys. */
import { asId, newId } from "@/lib/kernel/ids";
import { type SealingKey, seal } from "@/lib/platform/crypto/codec";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { intakeKey, openIntake, orgKeys } from "@/lib/platform/keys";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { isUnavailable } from "@/lib/platform/pool";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { type Piece, parseBody, splitEnvelope } from "@/lib/providers/meta/split-envelope";
import { SPLIT_AGAIN, SPLIT_BATCH } from "@/lib/webhooks/model";
import { dedupeHasher } from "@/lib/webhooks/platform-keys";

interface Taken {
  id: string;
  endpoint_id: string;
  endpoint_org: string | null;
  body_sealed: Buffer;
  received_at: Date;
}
interface Work {
  delivery: Taken;
  pieces: Piece[];
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
  piece: Piece;
  dedupe: Buffer;
  receivedAt: Date;
  state: "pending" | "unrouted" | "quarantined";
  cause: string | null;
}

/**
 * Splits up to 500 waiting deliveries in one transaction that holds their rows: a crash leaves them waiting, a second
 * worker passes them by, and no lease is needed.
 * @returns how many were taken, and the organisations that now have pending events
 */
export async function splitDeliveries(): Promise<{ claimed: number; organisations: string[] }> {
  return inSystem("split", async (sql) => {
    const taken = await take(sql);
    const work: Work[] = [];
    const failed: string[] = [];
    for (const delivery of taken) {
      const pieces = await piecesOf(delivery);
      if (pieces) work.push({ delivery, pieces });
      else failed.push(delivery.id);
    }
    await putOff(sql, failed);
    return { claimed: taken.length, organisations: work.length > 0 ? await store(sql, work) : [] };
  });
}

const take = (sql: SystemSql) =>
  sql.rows<Taken>(
    "deliveries.take",
    `select w.id, i.org_id as endpoint_org, w.endpoint_id, w.body_sealed, w.received_at
      from webhook_deliveries w join intake_endpoints i on i.id = w.endpoint_id
      where w.state = 'pending' and (w.retry_at is null or w.retry_at < now()) order by w.received_at, w.id limit $1 for update of w skip locked`,
    [SPLIT_BATCH],
  );

/** A body that does not open (its key is not here) is never given up: it waits, and an alarm stands. */
async function putOff(sql: SystemSql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(
    "deliveries.put_off",
    "update webhook_deliveries set retry_at = now() + make_interval(secs => $2), attempts = attempts + 1 where id = any($1::uuid[])",
    [ids, SPLIT_AGAIN / 1000],
  );
}

const unreadable = (cause: "not_json" | "foreign_shape", raw: Buffer, id: string): Piece => ({
  kind: "generic",
  field: "unreadable",
  phoneNumberId: null,
  wabaId: null,
  dedupe: ["unreadable", id],
  payload: { cause, raw: raw.toString("base64") },
  broken: "foreign_shape",
});

async function piecesOf(delivery: Taken): Promise<Piece[] | null> {
  let raw: Buffer | null = null;
  try {
    raw = await openIntake("webhook_deliveries", "body_sealed", delivery.id, delivery.body_sealed);
    const pieces = splitEnvelope(parseBody(raw));
    return pieces && pieces.length > 0 ? pieces : [unreadable("foreign_shape", raw, delivery.id)];
  } catch (error) {
    if (raw && error instanceof SyntaxError) return [unreadable("not_json", raw, delivery.id)];
    if (isUnavailable(error)) throw error;
    log.error("delivery.unopened", { deliveryId: delivery.id, ...errorFields(error) });
    return null;
  }
}

async function store(sql: SystemSql, work: Work[]): Promise<string[]> {
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
  await sql.run(
    "deliveries.split",
    `update webhook_deliveries d set state = case when u.unreadable then 'unreadable' else 'split' end, split_at = now()
      from unnest($1::uuid[], $2::boolean[]) u (id, unreadable) where d.id = u.id`,
    [work.map((w) => w.delivery.id), work.map((w) => w.pieces.every((p) => p.field === "unreadable"))],
  );
  const rows = events.map((e, i) => ({ ...e, sealed: sealed[i] }));
  await sql.run(
    "events.insert",
    `insert into webhook_events (id, org_id, channel_id, delivery_id, phone_number_id, waba_id, field, kind, dedupe, payload_sealed, key_id, received_at, state, cause)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[],
        $11::uuid[], $12::timestamptz[], $13::text[], $14::text[]) on conflict (dedupe) do nothing`,
    [
      rows.map((e) => e.id),
      rows.map((e) => e.orgId),
      rows.map((e) => e.channelId),
      rows.map((e) => e.deliveryId),
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

function toEvent(delivery: Taken, piece: Piece, routes: Routes, hash: (parts: readonly string[]) => Buffer): EventRow {
  const base = {
    id: newId("event"),
    deliveryId: delivery.id,
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
