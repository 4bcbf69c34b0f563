/**
 * Group commit without a timer: a statement is written at once when the writer is free; rows that arrive while it runs
 * go into the next one. No row is acknowledged before its own commit.
 */

import { seconds } from "@/lib/kernel/time";
import { ageOf, type ReadAt } from "@/lib/platform/age";
import { packed } from "@/lib/platform/bytea";
import { errorFields, log } from "@/lib/platform/log";
import { isDeadlock, isUnavailable, poolOf } from "@/lib/platform/pool";
import { ENDPOINTS_FRESH } from "@/lib/webhooks/intake/endpoints";

/** A sealed delivery, ready to be stored. */
export interface Delivery {
  id: string;
  endpointId: string;
  bodySha256: Buffer;
  bodySealed: Buffer;
  keyId: string;
  /** When the key was read. */
  keyAt: ReadAt;
  bytes: number;
}
interface Waiting {
  row: Delivery;
  done: () => void;
  failed: (error: unknown) => void;
}

const GROUP_ROWS = 200;
const GROUP_BYTES = 8 * 1024 * 1024;
const FLIGHT_BYTES = 64 * 1024 * 1024;

/**
 * No row is written whose key was read longer ago: a process that was halted with rows in hand, for minutes, cannot know that the key is
 * still there. With the longest statement this is less than what whoever replaces keys waits.
 */
const KEY_GOOD = ENDPOINTS_FRESH + seconds(20);

const INSERT = {
  name: "intake.insert",
  text: `insert into webhook_deliveries (id, endpoint_id, body_sha256, body_sealed, key_id, bytes, repeats)
    select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::uuid[], $6::int[], $7::int[])
    on conflict (endpoint_id, body_sha256) do update set repeats = webhook_deliveries.repeats + 1 + excluded.repeats`,
};

/** Thrown when more than 64 MiB wait to be stored: the sender must try again later. */
export class IntakeFull extends Error {}

export class GroupCommit {
  #waiting: Waiting[] = [];
  #flying = 0;
  #writing = false;
  #scheduled = false;
  /** @param onCommitted called after each commit; must not throw */
  constructor(readonly onCommitted: () => void) {}

  /** Resolves once the row is committed. @throws IntakeFull, or the database's error */
  store(row: Delivery): Promise<void> {
    const size = row.bodySealed.length;
    if (this.#flying + size > FLIGHT_BYTES) return Promise.reject(new IntakeFull());
    this.#flying += size;
    return new Promise<void>((resolve, reject) => {
      const done = () => {
        this.#flying -= size;
        resolve();
      };
      const failed = (error: unknown) => {
        this.#flying -= size;
        reject(error);
      };
      this.#waiting.push({ row, done, failed });
      if (this.#writing || this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        void this.#drain();
      });
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length) {
      const group = this.#take();
      if (group.length === 0) continue;
      try {
        await write(group.map((w) => w.row));
        for (const w of group) w.done();
        this.onCommitted();
      } catch (error) {
        // one by one helps against a row at fault or a deadlock, not against a database that is away
        if (group.length === 1 || (isUnavailable(error) && !isDeadlock(error))) for (const w of group) w.failed(error);
        else await this.#oneByOne(group, error);
      }
    }
    this.#writing = false;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let n = 0;
    while (n < this.#waiting.length && n < GROUP_ROWS) {
      bytes += this.#waiting[n]?.row.bodySealed.length ?? 0;
      if (n > 0 && bytes > GROUP_BYTES) break;
      n++;
    }
    return this.#waiting.splice(0, n).filter(isGood);
  }

  async #oneByOne(group: Waiting[], cause: unknown): Promise<void> {
    log.warn("intake.group_failed", { rows: group.length, ...errorFields(cause) });
    for (const w of group) {
      if (isGood(w)) await write([w.row]).then(w.done, w.failed);
    }
    this.onCommitted();
  }
}

/** Whether the key of a row is there for certain; otherwise the sender has to come again. */
function isGood({ row, failed }: Waiting): boolean {
  const good = ageOf(row.keyAt) <= KEY_GOOD;
  if (!good) failed(new Error("the row waited for too long"));
  return good;
}

async function write(rows: Delivery[]): Promise<void> {
  // equal bodies inside one statement would hit the same row twice, which ON CONFLICT refuses
  const folded = new Map<string, { row: Delivery; repeats: number }>();
  for (const row of rows) {
    const key = row.endpointId + row.bodySha256.toString("latin1");
    const first = folded.get(key);
    if (first) first.repeats++;
    else folded.set(key, { row, repeats: 0 });
  }
  // one order for all who lock these rows, or two writers could wait for each other
  const all = [...folded.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  await poolOf("ingest").query({
    ...INSERT,
    values: packed([
      all.map((f) => f.row.id),
      all.map((f) => f.row.endpointId),
      all.map((f) => f.row.bodySha256),
      all.map((f) => f.row.bodySealed),
      all.map((f) => f.row.keyId),
      all.map((f) => f.row.bytes),
      all.map((f) => f.repeats),
    ]),
  });
}
