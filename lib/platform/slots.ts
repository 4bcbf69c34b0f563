/** Work that is due once a day, however many processes are awake. Postgres keeps the time and the ledger. */
import { minutes } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import { inSystem, type SystemSql } from "@/lib/platform/sql";

/** Longest a run may take without a word before another process may begin it anew. */
const LEASE = minutes(30);
/** A run that goes on longer says so no more often than this. */
const RENEW = minutes(1);

/** What a run is given. */
export interface Shift {
  /** When the slot was taken, by the database's clock. */
  now: Date;
  /**
   * To be called between the parts of a long run: keeps the slot. Costs nothing within a minute.
   * @throws LostShift when the lease was over and another process has begun the run anew
   */
  keep(): Promise<void>;
}
/** Thrown in a run that came too late to keep its slot: whoever has it now does the work. */
export class LostShift extends Error {}

interface Held {
  slot_at: Date;
  /** As text: a Date would round it. */
  lease: string;
  now: Date;
}

/**
 * Runs `work` for the last slot of a daily job, unless it was run for it already or is being run. A process that dies in
 * `work` leaves the slot open: when its lease is over, whoever comes next does it again, so `work` must bear that.
 * @param job names the job and its ledger
 * @param hour of the day in `OPERATIONS_TZ`, 0 to 23
 * @returns whether this call ran it
 */
export async function onceADay(job: string, hour: number, work: (shift: Shift) => Promise<unknown>): Promise<boolean> {
  const held = await inSystem(`slot ${job}`, (sql) => take(sql, job, hour));
  if (held === null) return false;
  await work({ now: held.now, keep: keeper(job, held) });
  await inSystem(`slot ${job}`, (sql) =>
    sql.run("slots.done", "update job_slots set done_at = now() where job = $1 and slot_at = $2", [job, held.slot_at]),
  );
  return true;
}

async function take(sql: SystemSql, job: string, hour: number): Promise<Held | null> {
  const [row] = await sql.rows<Held>(
    "slots.take",
    `insert into job_slots as j (job, slot_at, lease_until, done_at)
      select $1, (date_trunc('day', (now() at time zone $2) - make_interval(hours => $3)) + make_interval(hours => $3)) at time zone $2,
        now() + make_interval(secs => $4), null
      on conflict (job, slot_at) do update set lease_until = excluded.lease_until where j.done_at is null and j.lease_until < now()
      returning slot_at, lease_until::text as lease, now() as now`,
    [job, env().OPERATIONS_TZ, hour, LEASE / 1000],
  );
  return row ?? null;
}

function keeper(job: string, held: Held): Shift["keep"] {
  let lease = held.lease;
  let said = performance.now(); // a span, which no change of the clock may shorten
  return async () => {
    if (performance.now() - said < RENEW) return;
    const [row] = await inSystem(`slot ${job}`, (sql) =>
      sql.rows<{ lease: string }>(
        "slots.keep",
        `update job_slots set lease_until = now() + make_interval(secs => $4)
          where job = $1 and slot_at = $2 and done_at is null and lease_until = $3::timestamptz returning lease_until::text as lease`,
        [job, held.slot_at, lease, LEASE / 1000],
      ),
    );
    if (!row) throw new LostShift(`${job} was begun anew by another process`);
    lease = row.lease;
    said = performance.now();
  };
}
