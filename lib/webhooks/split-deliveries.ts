/** From deliveries to events: opened, walked whole, and stored by `store-events`; a body at fault is set apart, never in the way. */

import { AppError } from "@/lib/kernel/errors";
import { openIntake } from "@/lib/platform/keys";
import { errorFields, log } from "@/lib/platform/log";
import { isUnavailable } from "@/lib/platform/pool";
import { inSystem, type SystemSql } from "@/lib/platform/sql";
import { holdsMoreThan, type Piece, parseBody, splitEnvelope } from "@/lib/providers/meta/split-envelope";
import { MOST_PIECES, SPLIT_AGAIN, SPLIT_BATCH, SPLIT_BYTES } from "@/lib/webhooks/model";
import { storeEvents, type Written } from "@/lib/webhooks/store-events";

interface Taken {
  id: string;
  endpoint_id: string;
  endpoint_org: string | null;
  endpoint_app: string | null;
  body_sealed: Buffer;
  received_at: Date;
}
export interface Split {
  /** How many deliveries were taken. */
  claimed: number;
  /** Organisations that now have pending events. */
  organisations: string[];
}

/**
 * Splits up to 500 waiting deliveries, 16 MiB at most. One process at a time, by an advisory lock that goes with its
 * transaction: a crash leaves them waiting. Their rows stay free until the end, since the receiver counts repeats on
 * them and must never wait. If a set fails it is halved until the culprit stands alone; that one is put off.
 * @throws AppError `unavailable` while Postgres is away
 */
export function splitDeliveries(): Promise<Split> {
  return splitSet(null);
}

async function splitSet(ids: string[] | null): Promise<Split> {
  let taken: Taken[] = [];
  try {
    return await inSystem("split", async (sql) => {
      if (!(await isMyTurn(sql))) return { claimed: 0, organisations: [] };
      taken = await take(sql, ids);
      const work: Written[] = [];
      const failed: string[] = [];
      for (const delivery of taken) {
        const pieces = await writtenPieces(delivery);
        if (pieces) work.push({ ...delivery, pieces });
        else failed.push(delivery.id);
      }
      await putOff(sql, failed);
      return { claimed: taken.length, organisations: work.length > 0 ? await storeEvents(sql, work) : [] };
    });
  } catch (error) {
    if (isUnavailable(error) || (error instanceof AppError && error.code === "unavailable") || taken.length === 0) throw error;
    const [only] = taken;
    if (taken.length === 1 && only) {
      log.error("delivery.not_split", { deliveryId: only.id, ...errorFields(error) });
      await inSystem("split", (sql) => putOff(sql, [only.id]));
      return { claimed: 1, organisations: [] };
    }
    const half = Math.ceil(taken.length / 2);
    const list = taken.map((t) => t.id);
    const [first, second] = [await splitSet(list.slice(0, half)), await splitSet(list.slice(half))];
    return { claimed: taken.length, organisations: [...new Set([...first.organisations, ...second.organisations])] };
  }
}

async function isMyTurn(sql: SystemSql): Promise<boolean> {
  const [row] = await sql.rows<{ mine: boolean }>("split.turn", "select pg_try_advisory_xact_lock(7001) as mine");
  return row?.mine ?? false;
}

const COLUMNS = `w.id, i.org_id as endpoint_org, w.endpoint_id, w.body_sealed, w.received_at,
  (select o.app_id from own_apps o where o.org_id = i.org_id and o.endpoint_key = i.key) as endpoint_app`;
const FROM = "from webhook_deliveries w join intake_endpoints i on i.id = w.endpoint_id";

const take = (sql: SystemSql, ids: string[] | null) =>
  ids
    ? sql.rows<Taken>("deliveries.take_ids", `select ${COLUMNS} ${FROM} where w.state = 'pending' and w.id = any($1::uuid[])`, [
        ids,
      ])
    : sql.rows<Taken>(
        "deliveries.take",
        // sizes first: five hundred bodies of 4 MiB would not fit into memory
        `with due as (select w.id, sum(w.bytes) over (order by w.received_at, w.id) - w.bytes as before from (
            select id, received_at, bytes from webhook_deliveries
            where state = 'pending' and (retry_at is null or retry_at < now()) order by received_at, id limit $1) w)
          select ${COLUMNS} ${FROM} join due on due.id = w.id and due.before < $2 where w.state = 'pending' order by w.received_at, w.id`,
        [SPLIT_BATCH, SPLIT_BYTES],
      );

/** What cannot be split now is never given up: it waits five minutes at a time, and an alarm stands. */
async function putOff(sql: SystemSql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(
    "deliveries.put_off",
    "update webhook_deliveries set retry_at = now() + make_interval(secs => $2), attempts = attempts + 1 where id = any($1::uuid[])",
    [ids, SPLIT_AGAIN / 1000],
  );
}

/** The pieces of a body with their payloads as text; null when the body does not open (its key is not here). */
async function writtenPieces(delivery: Taken): Promise<Written["pieces"] | null> {
  let raw: Buffer;
  try {
    raw = await openIntake("webhook_deliveries", "body_sealed", delivery.id, delivery.body_sealed);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    log.error("delivery.unopened", { deliveryId: delivery.id, ...errorFields(error) });
    return null;
  }
  try {
    const body = parseBody(raw);
    if (holdsMoreThan(MOST_PIECES, body)) return [unreadable("too_many", raw, delivery.id)];
    const pieces = splitEnvelope(body);
    if (!pieces || pieces.length === 0) return [unreadable("foreign_shape", raw, delivery.id)];
    if (pieces.length > MOST_PIECES) return [unreadable("too_many", raw, delivery.id)];
    return pieces.map((piece) => ({ piece, text: JSON.stringify(piece.payload) }));
  } catch (error) {
    // not JSON, or nested deeper than anything a provider sends
    return [unreadable(error instanceof SyntaxError ? "not_json" : "foreign_shape", raw, delivery.id)];
  }
}

function unreadable(cause: "not_json" | "foreign_shape" | "too_many", raw: Buffer, id: string): Written["pieces"][number] {
  const payload = { cause, raw: raw.toString("base64") };
  const piece: Piece = {
    kind: "generic",
    field: "unreadable",
    phoneNumberId: null,
    wabaId: null,
    dedupe: ["unreadable", id],
    payload,
    broken: "foreign_shape",
  };
  return { piece, text: JSON.stringify(payload) };
}
