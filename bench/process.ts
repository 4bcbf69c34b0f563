/** From delivery row to visible message: the worker's own pump against ref-process.mjs, the search index measured apart. */

import { indexOrganisation } from "@/lib/inbox";
import { poolOf } from "@/lib/platform/pool";
import { ensureIntakeKey } from "@/lib/webhooks";
import { startPump } from "@/workers/webhooks";
import { ensureDatabase, urlWith } from "../scripts/lib/database.mjs";
import { median, print, round, runScript, watchNoise } from "./figures";
import { measurePixels } from "./pixels";
import { type Backlog, countOutcome, makeBacklog } from "./process-data";
import { type Ground, sleep } from "./trial/ground";

/** A round that others took more than this many cores from is repeated, twice at most; the quietest counts. */
const QUIET = 0.3;

export interface ProcessOptions {
  rounds: number;
  rows: number;
  sustained: number;
}

/** Runs the measure. @param ground with a migrated, empty database and no worker */
export async function measureProcess(ground: Ground, options: ProcessOptions): Promise<void> {
  await ensureIntakeKey(new Date());
  const refUrl = urlWith(ground.ownerUrl, { database: "bench_ref" });
  await ensureDatabase(refUrl);
  const ours: number[] = [];
  const theirs: number[] = [];
  const noise: number[] = [];
  let faults = 0;
  for (let i = 0; i < options.rounds; i++) {
    let best = await oneRound(ground, refUrl, options.rows);
    for (let again = 0; again < 2 && best.foreign > QUIET; again++) {
      const next = await oneRound(ground, refUrl, options.rows);
      if (next.foreign < best.foreign) best = next;
    }
    ours.push(best.ours);
    theirs.push(best.theirs);
    noise.push(best.foreign);
    if (best.fault) faults++;
    console.log(
      JSON.stringify({
        round: i + 1,
        rows_s: Math.round(best.ours),
        reference: best.theirs,
        foreign_cores: best.foreign,
        fault: best.fault,
      }),
    );
  }
  if (options.rounds > 0) printRatio(ours, theirs, noise, faults);
  if (options.sustained > 0) await measureSustained(ground, options.sustained);
  await measurePixels(ground);
}

/** The reference, then ours; `foreign` is the noisier of the two. */
async function oneRound(ground: Ground, refUrl: string, rows: number) {
  const postgres = `${ground.supervisor.pid("postgres")}+`;
  const args = ["--mode", "batch-org", "--batch", "500", "--rows", `${rows}`, "--pg", refUrl, "--cpu", postgres];
  const [line] = await runScript("ref-process.mjs", args);
  const backlog = await makeBacklog(rows);
  const { seconds, foreign } = await pump(ground);
  const noisier = Math.max(foreign ?? 0, Number(line?.foreign_cores ?? 0));
  return { ours: rows / seconds, theirs: Number(line?.rows_s), foreign: noisier, fault: await outcomeFault(backlog) };
}

function printRatio(ours: number[], theirs: number[], noise: number[], faults: number): void {
  const ratio = round(median(ours.map((v, i) => v / (theirs[i] ?? Number.NaN))));
  print({
    measure: "process",
    figure: "rows per second, delivery to visible message",
    value: Math.round(median(ours)),
    unit: "rows/s",
    reference: median(theirs),
    referenceName: "ref-process batch-org --batch 500",
    ratio,
    bar: ">= 0.5",
    pass: ratio >= 0.5 && faults === 0,
    foreign_cores: median(noise),
  });
}

async function measureSustained(ground: Ground, rows: number): Promise<void> {
  const backlog = await makeBacklog(rows);
  const { seconds, foreign } = await pump(ground);
  const rate = Math.round(rows / seconds);
  const fault = await outcomeFault(backlog);
  print({
    measure: "process",
    figure: `sustained on a backlog of ${rows}`,
    value: rate,
    unit: "rows/s",
    bar: ">= 1500/s",
    pass: rate >= 1500 && fault === null,
    seconds: round(seconds),
    foreign_cores: foreign,
    ...(fault ? { fault } : {}),
  });
  const { rows: queued } = await poolOf("owner").query<{ n: number }>(
    "select count(*)::int as n from search_queue where org_id = any($1)",
    [backlog.organisations.map((o) => o.id)],
  );
  const began = performance.now();
  for (const { id } of backlog.organisations) while (await indexOrganisation(id));
  const took = (performance.now() - began) / 1000;
  print({
    measure: "process",
    figure: "search index, apart",
    value: Math.round((queued[0]?.n ?? 0) / took),
    unit: "entries/s",
    entries: queued[0]?.n,
    seconds: round(took),
  });
}

/** Runs the worker's inbound pump in this process until nothing waits. */
async function pump(ground: Ground): Promise<{ seconds: number; foreign: number | null }> {
  const owner = poolOf("owner");
  for (const table of ["webhook_deliveries", "webhook_events", "messages", "conversations", "contacts", "contact_identities"])
    await owner.query(`vacuum analyze ${table}`);
  await owner.query("checkpoint");
  const noise = watchNoise([ground.supervisor.pid("postgres") ?? 0]);
  const began = performance.now();
  const running = startPump(() => {});
  for (;;) {
    await sleep(50);
    const { rows } = await owner.query<{ left: boolean }>({
      name: "bench.left",
      text: "select exists (select 1 from webhook_deliveries where state = 'pending') or exists (select 1 from webhook_events where state = 'pending') as left",
    });
    if (!rows[0]?.left) break;
  }
  const seconds = (performance.now() - began) / 1000;
  const foreign = noise();
  await running.stop();
  return { seconds, foreign };
}

/** Speed counts only when the result is right. */
async function outcomeFault(backlog: Backlog): Promise<string | null> {
  const { messages, unread, read, quarantined } = await countOutcome(backlog);
  const right = messages === backlog.messages && unread === backlog.messages && read >= backlog.read && quarantined === 0;
  return right
    ? null
    : `messages ${messages} and unread ${unread} of ${backlog.messages}, read ${read} of ${backlog.read}, quarantined ${quarantined}`;
}
