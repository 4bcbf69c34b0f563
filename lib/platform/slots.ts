/** Work that is due once a day, however many processes are awake. Postgres keeps the time and the ledger. */
import { minutes } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import { inSystem } from "@/lib/platform/sql";

/** Longest a run may take before another process may begin it anew. */
const LEASE = minutes(30);

/**
 * Runs `work` for the last slot of a daily job, unless it was run for it already or is being run. A process that dies in
 * `work` leaves the slot open: when its lease is over, whoever comes next does it again, so `work` must bear that.
 * @param job names the job and its ledger
 * @param hour of the day in `OPERATIONS_TZ`, 0 to 23
 * @returns whether this call ran it
 */
export async function onceADay(job: string, hour: number, work: () => Promise<unknown>): Promise<boolean> {
  const slot = await inSystem(`slot ${job}`, async (sql) => {
    const [row] = await sql.rows<{ slot_at: Date }>(
      "slots.take",
      `insert into job_slots as j (job, slot_at, lease_until, done_at)
        select $1, (date_trunc('day', (now() at time zone $2) - make_interval(hours => $3)) + make_interval(hours => $3)) at time zone $2,
          now() + make_interval(secs => $4), null
        on conflict (job, slot_at) do update set lease_until = excluded.lease_until where j.done_at is null and j.lease_until < now()
        returning slot_at`,
      [job, env().OPERATIONS_TZ, hour, LEASE / 1000],
    );
    return row?.slot_at ?? null;
  });
  if (slot === null) return false;
  await work();
  await inSystem(`slot ${job}`, (sql) =>
    sql.run("slots.done", "update job_slots set done_at = now() where job = $1 and slot_at = $2", [job, slot]),
  );
  return true;
}
