/**
 * `npm run chaos -- --onboarding`: the worker is killed at both edges of every step of a journey that connects a number, and then Redis
 * is stopped before one begins. However often it died, a journey must end as an undisturbed one does, with no effect done twice.
 */
import pg from "pg";
import { advanceJob } from "@/lib/onboarding";
import { STEPS, type Step } from "@/lib/onboarding/model";
import { ring } from "@/lib/platform/jobs";
import { poolOf } from "@/lib/platform/pool";
import { begin, callsOn, type Desk, goTo, look, organisation, report, type Signup, signup } from "@/lib/testing/journeys";
import { writeSandboxState } from "../../scripts/lib/seeding.mjs";
import { type Ground, until } from "./ground";

const WAYS = ["new", "coexistence"] as const;
type Way = (typeof WAYS)[number];
/** `claimed`: nothing of the step has happened. `over`: its effect has happened, and nobody has written so. */
const EDGES = { claimed: ["running"], over: ["done", "skipped"] } as const;
const PATIENCE = 30_000;

interface Travel {
  way: Way;
  desk: Desk;
  signup: Signup;
}
export interface Told {
  pass: boolean;
  kills: number;
  differ: string[];
  seconds: number;
}

/** Runs both trials on a ground that has no other. @returns what differed from an undisturbed journey; nothing is a pass */
export async function tryOnboarding(ground: Ground): Promise<Told> {
  const began = Date.now();
  const { urls } = ground.env;
  writeSandboxState(ground.statePath, {
    secrets: ground.secrets,
    receiverUrl: urls.receiver ?? "",
    seed: { organisations: [] } as never,
  });
  await ground.start("sandbox");
  await ground.start("receiver");
  await ground.start("worker");
  goTo(urls.sandbox ?? "");
  const calm = await run(async () => {});
  let kills = 0;
  const killed = await run(async (travels) => {
    kills = await killAtEveryEdge(ground, travels);
  }, true);
  await ground.supervisor.halt("redis");
  const alone = await run(async () => {}).finally(() => ground.supervisor.resume("redis"));
  const differ = WAYS.flatMap((way) => [
    ...difference(`${way}, worker killed`, calm[way], killed[way]),
    ...difference(`${way}, no Redis`, calm[way], alone[way]),
    ...(doubled(calm[way]) ? [`${way}: even undisturbed, something was done twice`] : []),
    ...(calm[way].session === "done" ? [] : [`${way}: undisturbed, the journey ended as ${calm[way].session}`]),
  ]);
  return { pass: differ.length === 0, kills, differ, seconds: Math.round((Date.now() - began) / 1000) };
}

/** One journey of each way from the first press to its end, with `meanwhile` between report and end. */
async function run(meanwhile: (travels: Travel[]) => Promise<void>, held = false): Promise<Record<Way, Picture>> {
  const travels: Travel[] = [];
  for (const way of WAYS) {
    const desk = await begin(way, await organisation());
    travels.push({ way, desk, signup: await signup({ flow: way }) });
  }
  const work = held ? meanwhile(travels) : Promise.resolve();
  if (!held) for (const { desk, signup } of travels) await report(desk, signup);
  await work;
  const over = async () => (await Promise.all(travels.map(({ desk }) => look(desk)))).every(({ state }) => state !== "open");
  await until("journeys end", over, PATIENCE, false);
  const [one, other] = await Promise.all(travels.map(pictureOf));
  return { new: one as Picture, coexistence: other as Picture };
}

interface Picture {
  session: string;
  steps: string[];
  calls: string[];
  channels: unknown[];
  proofs: number;
  trail: string[];
}

/** All that a journey has left behind, here and at the provider, without what is new each time. */
async function pictureOf({ desk, signup }: Travel): Promise<Picture> {
  const { state, steps } = await look(desk);
  const rows = async <R extends object>(text: string): Promise<R[]> => (await poolOf("owner").query<R>(text, [desk.org.id])).rows;
  const channels = await rows(
    `select coexistence, status, pin_sealed is not null as pin, access_token_sealed is not null as token from channels where org_id = $1`,
  );
  const proofs = await rows("select 1 from account_proofs where org_id = $1");
  const trail = await rows<{ action: string }>("select action from audit_entries where org_id = $1 order by action");
  return {
    session: state,
    steps: steps.map((s) => `${s.step} ${s.state}`),
    // a request that the provider refused as made before had no effect
    calls: (await callsOn(signup)).filter((call) => call.endsWith(" 200")),
    channels,
    proofs: proofs.length,
    trail: trail.map((t) => t.action),
  };
}

const doubled = ({ calls }: Picture) => new Set(calls).size < calls.length;

function difference(what: string, calm: Picture, other: Picture): string[] {
  return (Object.keys(calm) as (keyof Picture)[])
    .filter((key) => JSON.stringify(calm[key]) !== JSON.stringify(other[key]))
    .map((key) => `${what}: ${key} ${JSON.stringify(other[key])} instead of ${JSON.stringify(calm[key])}`);
}

/** Stops a step's row from being written, at the edge that is being tried, for as long as the trial holds a lock. */
const HOLD = `
  create table trial_holds (session_id uuid, step text, states text[], key int);
  create function trial_hold() returns trigger language plpgsql security definer set search_path = public as $$
  declare k int;
  begin
    select key into k from trial_holds h where h.session_id = new.session_id and h.step = new.step and new.state = any(h.states);
    if k is not null then perform pg_advisory_xact_lock(7312, k); end if;
    return new;
  end $$;
  create trigger trial_hold before insert or update on onboarding_steps for each row execute function trial_hold();`;

async function killAtEveryEdge(ground: Ground, travels: Travel[]): Promise<number> {
  const holder = new pg.Client({ connectionString: ground.ownerUrl });
  await holder.connect();
  try {
    await holder.query(HOLD);
    let kills = 0;
    for (const step of STEPS.filter((s) => s !== "exchange")) // which is the browser's own request
      for (const edge of Object.keys(EDGES) as (keyof typeof EDGES)[]) {
        await hold(holder, travels, step, edge);
        if (kills === 0) for (const { desk, signup } of travels) await report(desk, signup);
        else await revive(ground, holder, travels);
        await until(
          `both journeys stand at ${step} ${edge}`,
          async () => (await standing(holder)).length === travels.length,
          PATIENCE,
        );
        await killWorker(ground, holder);
        kills++;
      }
    await holder.query("drop trigger trial_hold on onboarding_steps");
    await revive(ground, holder, travels);
    return kills;
  } finally {
    await holder.end();
  }
}

async function hold(holder: pg.Client, travels: Travel[], step: Step, edge: keyof typeof EDGES): Promise<void> {
  await holder.query("delete from trial_holds");
  for (const [key, { desk }] of travels.entries()) {
    await holder.query("select pg_advisory_lock(7312, $1)", [key]);
    await holder.query("insert into trial_holds values ($1, $2, $3, $4)", [desk.sessionId, step, EDGES[edge], key]);
  }
}

/** The worker's connections that wait at a held edge. */
async function standing(holder: pg.Client): Promise<number[]> {
  const { rows } = await holder.query<{ pid: number }>(
    "select pid from pg_locks where locktype = 'advisory' and classid = 7312 and not granted",
  );
  return rows.map(({ pid }) => pid);
}

async function killWorker(ground: Ground, holder: pg.Client): Promise<void> {
  await ground.supervisor.halt("worker", "SIGKILL");
  // Postgres would notice by itself, later: whoever asked is dead
  for (const backend of await standing(holder)) await holder.query("select pg_terminate_backend($1, 5000)", [backend]);
  await holder.query("select pg_advisory_unlock_all()");
}

/** Starts the worker again. The dead one's lease would lapse by itself in a minute and a half: the trial does not wait for that. */
async function revive(ground: Ground, holder: pg.Client, travels: Travel[]): Promise<void> {
  await holder.query(
    "update onboarding_sessions set lease_until = null, due_at = now() where id = any($1::uuid[]) and state = 'open'",
    [travels.map(({ desk }) => desk.sessionId)],
  );
  // rung as well: the sweep looks after one journey at a time, and one of the two is about to stand still
  for (const { desk } of travels) await ring(advanceJob, { orgId: desk.org.id, sessionId: desk.sessionId });
  await ground.supervisor.resume("worker");
}
