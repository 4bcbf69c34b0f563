/**
 * Two journeys, of a new number and of one of the phone app, while the worker is killed before and after every step's effect. The judge
 * is the outside world's ledger: the same end as without a kill, and nothing done twice.
 */
import { advanceJob } from "@/lib/onboarding";
import { STEPS, type Step } from "@/lib/onboarding/model";
import { closeDb } from "@/lib/platform/db";
import { closeHttp } from "@/lib/platform/http";
import { closeJobs, ring } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { begin, callsOn, control, type Desk, goTo, look, report, type Signup } from "@/lib/testing/journeys";
import { writeSandboxState } from "../../scripts/lib/seeding.mjs";
import { type Ground, hardenPools, openGround, until } from "./ground";

/** Where the worker dies: a step is claimed and nothing done yet, or its effect is done and nobody has written it down. */
const MOMENTS = ["claimed", "done"] as const;
type Moment = (typeof MOMENTS)[number];
/** The ways through Meta's window. */
const WAYS = ["new", "coexistence"] as const;
type Way = (typeof WAYS)[number];
interface Traveller {
  path: Way;
  desk: Desk;
  signup: Signup;
}
export interface JourneyVerdict {
  pass: boolean;
  kills: number;
  doubled: number;
  unlike: string[];
  seconds: number;
}

/** Steps a worker does; the first belongs to the browser's request. */
const OF_WORKER = STEPS.filter((step) => step !== "exchange");
const owner = () => poolOf("owner");

/** Runs the trial on fresh ground. @throws when the ground cannot be opened, or a journey hangs */
export async function runJourneys(): Promise<JourneyVerdict> {
  const began = Date.now();
  const ground = await openGround("chaos", { longestPause: 200 });
  hardenPools();
  try {
    const { kills, doubled, unlike } = await onGround(ground);
    const whole = kills === OF_WORKER.length * MOMENTS.length;
    const seconds = Math.round((Date.now() - began) / 1000);
    return { pass: whole && doubled === 0 && unlike.length === 0, kills, doubled, unlike, seconds };
  } finally {
    await Promise.all([closeJobs(), closeDb(), closePools(), closeHttp()]);
    await closeRedis();
    await ground.stop();
  }
}

async function onGround(ground: Ground): Promise<Pick<JourneyVerdict, "kills" | "doubled" | "unlike">> {
  const { urls } = ground.env;
  writeSandboxState(ground.statePath, {
    secrets: ground.secrets,
    receiverUrl: urls.receiver ?? "",
    seed: { organisations: [] } as never,
  });
  await ground.start("sandbox");
  goTo(urls.sandbox ?? "");
  await layGates();
  const undisturbed = await Promise.all(WAYS.map((path) => set(path, true)));
  const killed = await Promise.all(WAYS.map((path) => set(path, false)));
  let kills = 0;
  await holdAt("prove", "claimed");
  await ground.start("worker");
  for (const step of OF_WORKER)
    for (const moment of MOMENTS) {
      await ringFor(killed);
      await until(`both journeys stand at ${step}, ${moment}`, async () => (await sleepers()) === killed.length, 60_000);
      await killWorker(ground, nextGate(step, moment));
      kills++;
    }
  await ringFor(killed);
  await until("the killed journeys end", () => allDone(killed), 60_000);
  await ringFor(undisturbed);
  await until("the undisturbed journeys end", () => allDone(undisturbed), 60_000);
  const unlike: string[] = [];
  let doubled = 0;
  for (const [i, traveller] of killed.entries()) {
    const [mine, other] = [await endOf(traveller), await endOf(undisturbed[i] as Traveller)];
    if (JSON.stringify(mine) !== JSON.stringify(other))
      unlike.push(`${traveller.path}: ${JSON.stringify(mine)} is not ${JSON.stringify(other)}`);
    doubled += mine.effects.length - new Set(mine.effects).size;
  }
  return { kills, doubled, unlike };
}

/** A journey that has come back from Meta's window. @param free no gate holds it */
async function set(path: Way, free: boolean): Promise<Traveller> {
  const desk = await begin(path);
  const signup = await control<Signup>("signup", { flow: path, partnerDelayMs: 0 });
  if (free) await owner().query("insert into trial_free values ($1)", [desk.sessionId]);
  await report(desk, signup);
  return { path, desk, signup };
}

/** A gate in the database: whoever writes a step's state there falls asleep inside its transaction, and is killed in its sleep. */
async function layGates(): Promise<void> {
  await owner().query(`
    create table trial_gate (step text, moment text);
    create table trial_free (session_id uuid primary key);
    grant select on trial_gate, trial_free to public;
    create function trial_hold() returns trigger language plpgsql as $$
    begin
      if exists (select from trial_gate g where g.step = new.step
          and g.moment = case when new.state = 'running' then 'claimed' when new.state in ('done', 'skipped') then 'done' end)
        and not exists (select from trial_free f where f.session_id = new.session_id)
      then perform pg_sleep(600); end if;
      return new;
    end $$;
    create trigger trial_hold before insert or update on onboarding_steps for each row execute function trial_hold();`);
}
const holdAt = async (step: Step, moment: Moment) => {
  await owner().query("delete from trial_gate");
  await owner().query("insert into trial_gate values ($1, $2)", [step, moment]);
};
function nextGate(step: Step, moment: Moment): { step: Step; moment: Moment } | null {
  if (moment === "claimed") return { step, moment: "done" };
  const next = STEPS[STEPS.indexOf(step) + 1];
  return next ? { step: next, moment: "claimed" } : null;
}
const SLEEPING = "state = 'active' and wait_event = 'PgSleep'";
const sleepers = async () => (await owner().query(`select 1 from pg_stat_activity where ${SLEEPING}`)).rows.length;

/** Kills the worker in its sleep, lets what it began roll back, and says that its leases are over, as time would. */
async function killWorker(ground: Ground, gate: { step: Step; moment: Moment } | null): Promise<void> {
  const pid = ground.supervisor.pid("worker");
  if (pid === null) throw new Error("no worker");
  process.kill(pid, "SIGKILL");
  if (gate) await holdAt(gate.step, gate.moment);
  else await owner().query("delete from trial_gate");
  // a server notices a dead client only once it speaks to it
  await owner().query(`select pg_terminate_backend(pid) from pg_stat_activity where ${SLEEPING}`);
  await until("what it began is rolled back", async () => (await sleepers()) === 0, 10_000);
  await owner().query("update onboarding_sessions set lease_until = null, due_at = null where state = 'open'");
  await until("the worker is back", async () => ground.supervisor.pid("worker") !== pid && (await ground.isUp("worker")), 60_000);
}

const ringFor = (travellers: readonly Traveller[]) =>
  Promise.all(travellers.map(({ desk }) => ring(advanceJob, { orgId: desk.org.id, sessionId: desk.sessionId })));
const allDone = async (travellers: readonly Traveller[]) =>
  (await Promise.all(travellers.map(({ desk }) => look(desk)))).every(({ state }) => state === "done");

/** How a journey ended: its channel as stored, and every effect that the outside world granted. */
async function endOf({ desk, signup }: Traveller): Promise<{ channel: object; effects: string[] }> {
  const { rows } = await owner().query(
    `select status, coexistence, pin_sealed is not null as pin, access_token_sealed is not null as token,
      (select count(*)::int from account_proofs p where p.org_id = c.org_id) as proofs from channels c where org_id = $1`,
    [desk.org.id],
  );
  const granted = (await callsOn(signup)).filter((call) => call.endsWith(" 200"));
  return { channel: rows, effects: granted.sort() };
}
