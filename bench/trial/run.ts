/** One trial from start to verdict. */
import fs from "node:fs";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { seededRandom } from "../../sandbox/random";
import { aliasFor } from "../broken/table";
import { type ClockTold, tryClock } from "./clock";
import { PROMISED, RULES } from "./faults";
import { type Ground, hardenPools, openGround, until } from "./ground";
import { type KeysTold, tryKeys } from "./keys";
import { kill, planKills, VICTIMS } from "./kills";
import { Load } from "./load";
import { makeClock } from "./moved-clock";
import { type Told, tryOnboarding } from "./onboarding";
import { Outside, parseLedger } from "./outside";
import { answer, distinctEvents, drain, report, tell } from "./pace";
import { readRows } from "./read-rows";
import { type Evidence, type Finding, judge } from "./verify";
import { makeWorld } from "./world";

export interface Options {
  events: number;
  kills: number;
  seed: number;
  broken: string | undefined;
}
export interface Verdict {
  pass: boolean;
  seed: number;
  events: number;
  sends: number;
  missing: number;
  doubled: number;
  foreign: number;
  kills: Record<string, number>;
  faults: Record<string, number>;
  seconds: number;
}

/** Share of the events that are clients' messages; the rest are receipts of the replies. */
const MESSAGES = 0.74;
const REPLIES = 0.14;

/** Runs a trial on fresh ground. @throws when the ground cannot be opened; a failed trial is a verdict, not an error */
export async function runTrial(options: Options): Promise<Verdict> {
  const began = Date.now();
  return await onFreshGround((ground) => onGround(ground, options, began));
}

/** The trial of journeys that connect a number, on fresh ground. */
export const runOnboardingTrial = (): Promise<Told> => onFreshGround(tryOnboarding);

/** The trial of keys that are replaced under load, on fresh ground. */
export const runKeysTrial = (seed: number): Promise<KeysTold> => onFreshGround((ground) => tryKeys(ground, seed));

/** The trial of the nightly jobs under a moved clock, on fresh ground. @throws Hint where libfaketime cannot be had */
export async function runClockTrial(): Promise<ClockTold> {
  const clock = await makeClock();
  const left: number[] = [];
  const postgresEnv = {};
  try {
    return await onFreshGround(
      async (ground) => {
        // only now: migrations take twice as long under it
        Object.assign(postgresEnv, clock.env("processes"));
        await ground.supervisor.halt("postgres", "SIGINT");
        await ground.supervisor.resume("postgres");
        await until("Postgres answers", async () => (await poolOf("owner").query("select 1")).rows.length === 1, 30_000);
        return await tryClock(ground, clock, left);
      },
      { postgresEnv },
    );
  } finally {
    clock.close(left);
  }
}

async function onFreshGround<T>(
  work: (ground: Ground) => Promise<T>,
  options: Parameters<typeof openGround>[1] = {},
): Promise<T> {
  const ground = await openGround("chaos", options);
  hardenPools();
  try {
    return await work(ground);
  } finally {
    await Promise.all([closeJobs(), closeDb(), closePools()]);
    await closeRedis();
    await ground.stop();
  }
}

async function onGround(ground: Ground, { events, kills, seed, broken }: Options, began: number): Promise<Verdict> {
  const random = seededRandom(`trial/${seed}`);
  const { urls } = ground.env;
  const world = await makeWorld(ground, random, Math.min(600, Math.max(60, Math.round(events / 25))), urls.receiver ?? "");
  await ground.start("sandbox");
  await ground.start("receiver", aliasFor(broken, "receiver"));
  await ground.start("worker", aliasFor(broken, "worker"));
  await until(
    "the intake has a key",
    async () => (await poolOf("owner").query("select 1 from intake_endpoints")).rows.length > 0,
    30_000,
  );
  const outside = new Outside(urls.sandbox ?? "");
  await outside.setFaults(seed, RULES);
  tell(
    `ready after ${seconds(began)} s: ${world.numbers.size} numbers of ${world.organisations.length} organisations, ${world.clients.length} clients`,
  );

  const load = new Load(world, outside, seed);
  const { killed, outages } = await underLoad(ground, outside, load, { events, kills, seed });
  tell(`load over after ${seconds(began)} s: ${load.written} messages, ${load.requests.length} replies`);
  const drained = await drain(ground, outside, load, events);
  const faults = { ...(await outside.faultCounts()), ...load.counts };
  tell(`${drained ? "drained" : "NOT drained"} after ${seconds(began)} s`);

  const lines = parseLedger(fs.readFileSync(ground.ledgerPath, "utf8"));
  const rows = await readRows(world.organisations.map((o) => o.id));
  const { raws, forged, unreadable, requests } = load;
  const found = judge(lines, { numbers: world.numbers, raws, forged, unreadable, requests, outages }, rows);
  const states = new Map<string, number>();
  for (const row of rows.outbox) states.set(row.state, (states.get(row.state) ?? 0) + 1);
  tell(
    `outbox: ${[...states].map(([state, n]) => `${n} ${state}`).join(", ")}; ${rows.messages.length} messages in ${rows.conversations.length} conversations`,
  );
  report(found);
  const absent = PROMISED.filter((name) => !faults[name]);
  for (const name of absent) tell(`promised, but did not happen: ${name}`);
  if (faults["forgery-accepted"]) tell(`${faults["forgery-accepted"]} forged bodies were answered 200`);
  const count = (kind: Finding["kind"]) => found.filter((f) => f.kind === kind).length;
  const acknowledged = distinctEvents(lines);
  const whole = kills === Object.values(killed).reduce((a, b) => a + b, 0) && acknowledged >= events;
  return {
    pass: drained && whole && found.length === 0 && absent.length === 0 && !faults["forgery-accepted"],
    seed,
    events: acknowledged,
    sends: lines.filter((l) => l.kind === "send").length,
    missing: count("missing"),
    doubled: count("doubled"),
    foreign: count("foreign"),
    kills: killed,
    faults,
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

const seconds = (since: number) => ((Date.now() - since) / 1000).toFixed(1);

async function underLoad(ground: Ground, outside: Outside, load: Load, plan: Pick<Options, "events" | "kills" | "seed">) {
  const random = seededRandom(`kills/${plan.seed}`);
  const total = Math.round(plan.events * MESSAGES);
  const replies = Math.round(plan.events * REPLIES);
  const agenda = planKills(plan.kills, random);
  const killed: Record<string, number> = Object.fromEntries(VICTIMS.map((v) => [v, 0]));
  const outages: Evidence["outages"] = [];
  let killing = Promise.resolve();
  let failure: unknown;
  let progress = 0;
  let over = false;
  const talking = answer(load, replies, () => (over ? 1 : progress / total), random);
  talking.catch((error) => {
    failure = error;
  });
  // long enough for every kill to fall into the load, and for programs to come back between two
  const perSecond = total / Math.max(12, plan.kills * 4.5);
  await load.write(total, perSecond, async (done) => {
    if (failure) throw failure;
    progress = done;
    const [next] = agenda;
    if (!next || done / total < next.at) return;
    agenda.shift();
    await killing; // one at a time; the load waits if they come too close
    killing = kill(ground, outside, next.victim, random).then(
      () => {
        killed[next.victim] = (killed[next.victim] ?? 0) + 1;
        const now = Date.now();
        if (next.victim === "worker") outages.push({ from: now - 2000, to: now + 500 });
        if (next.victim === "postgres") outages.push({ from: now - 2000, to: now + 8000 });
      },
      (error) => {
        failure = error;
      },
    );
  });
  over = true;
  await killing;
  await talking;
  if (failure) throw failure;
  return { killed, outages };
}
