/**
 * `npm run chaos -- --clock`: the clock of Postgres and of two workers is moved over midnight and 02:00, back and forth, and over the
 * next night, in which the worker that checks the connections is killed. Each nightly job must run once a night, whoever runs it.
 */
import fs from "node:fs";
import pg from "pg";
import { poolOf } from "@/lib/platform/pool";
import { advance, begin, type Desk, goTo, organisation, report, type Signup, signup } from "@/lib/testing/journeys";
import { Hint } from "../../scripts/lib/say.mjs";
import { writeSandboxState } from "../../scripts/lib/seeding.mjs";
import { type Ground, until } from "./ground";
import type { MovedClock } from "./moved-clock";
import { holderOf, NIGHT_TRAIL, readSlots, type SlotLine } from "./night-trail";

const ZONE = "Asia/Jakarta"; // seven hours ahead, all year
const AHEAD = 7 * 3_600_000;
const DAY = 86_400_000;
const WORKERS = ["worker", "worker-2"] as const;
const PATIENCE = 20_000;
const HELD = 7313;

export interface ClockTold {
  pass: boolean;
  nights: number;
  moves: number;
  kills: number;
  differ: string[];
  seconds: number;
}

/** Runs the trial on a ground whose Postgres follows `clock`; adds to `left` the processes that leave shared memory behind. @returns what was not as it must be; nothing is a pass */
export async function tryClock(ground: Ground, clock: MovedClock, left: number[]): Promise<ClockTold> {
  const began = Date.now();
  const trial = new ClockTrial(ground, clock, left);
  await trial.run();
  const { moves, kills, differ } = trial;
  return { pass: differ.length === 0, nights: 2, moves, kills, differ, seconds: Math.round((Date.now() - began) / 1000) };
}

class ClockTrial {
  moves = 0;
  kills = 0;
  readonly differ: string[] = [];
  #before = 0;
  /** Local midnight before the trial's evening: tomorrow's, so that the clock is never behind what was written at the real time. */
  readonly #day = Math.floor((Date.now() + AHEAD) / DAY) * DAY + DAY - AHEAD;

  constructor(
    readonly ground: Ground,
    readonly clock: MovedClock,
    readonly left: number[],
  ) {}

  async run(): Promise<void> {
    const { ground } = this;
    const { urls } = ground.env;
    writeSandboxState(ground.statePath, {
      secrets: ground.secrets,
      receiverUrl: urls.receiver ?? "",
      seed: { organisations: [] } as never,
    });
    this.left.push(ground.supervisor.pid("postgres") ?? 0); // which libfaketime's clearing away does not reach
    await ground.start("sandbox");
    goTo(urls.sandbox ?? "");
    const connected = await begin("new");
    const number = await signup({ flow: "new" });
    await report(connected, number);
    await advance(connected);
    const ending = await begin("new", await organisation());
    await report(ending, await signup({ flow: "only_waba" }));
    await this.#endsAt(ending, this.#at(0, "23:59:00"));
    await poolOf("owner").query(NIGHT_TRAIL);
    this.#before = await this.#inspected(number); // connecting asks as well
    this.clock.moveTo(this.#at(0, "23:58:00"));
    await this.#postgresFollows();
    const env = { ...this.clock.env("threads"), OPERATIONS_TZ: ZONE, NIGHTLY_SECONDS: "1" };
    for (const as of WORKERS) await ground.start("worker", undefined, { as, env });
    await this.#oneNight(ending, number);
    await this.#backAndForth(ending, number);
    await this.#nextNight(number);
    await this.#judge();
  }

  /** An hour of a local day of the trial, day 0 being its first. */
  #at(day: number, time: string): Date {
    return new Date(Date.parse(`${new Date(this.#day + AHEAD + day * DAY).toISOString().slice(0, 10)}T${time}Z`) - AHEAD);
  }

  async #postgresFollows(): Promise<void> {
    const { rows } = await poolOf("owner").query<{ now: Date }>("select clock_timestamp() as now");
    if (Math.abs((rows[0]?.now.getTime() ?? 0) - this.clock.now().getTime()) > 3000)
      throw new Hint("Postgres does not follow the moved clock: libfaketime was not preloaded into it here.");
  }

  async #endsAt({ org }: Desk, at: Date): Promise<void> {
    await poolOf("owner").query(
      "update onboarding_sessions set created_at = $2::timestamptz - interval '7 days', expires_at = $2 where org_id = $1",
      [org.id, at],
    );
  }

  /** The first evening: today's slots are made good once at the start; then midnight, then two. */
  async #oneNight(ending: Desk, number: Signup): Promise<void> {
    await this.#settle("the evening");
    this.#expect("asked of the token in the evening", 1, await this.#inspected(number));
    this.#expect("the journey before midnight", "open", (await this.#journey(ending)).state);
    await this.#move(1, "00:00:05");
    this.#expect(
      "the journey after midnight",
      { state: "expired", facts: false, presses: 0, told: 1 },
      await this.#journey(ending),
    );
    this.#expect("asked of the token before two", 1, await this.#inspected(number));
    await this.#move(1, "02:00:05");
    this.#expect("asked of the token after two", 2, await this.#inspected(number));
    this.#expect("looks written down", [true], await this.#looks(1, "02:00:00"));
  }

  async #backAndForth(ending: Desk, number: Signup): Promise<void> {
    const before = JSON.stringify(await readSlots());
    for (const [day, time] of [
      [0, "23:59:30"],
      [1, "00:30:00"],
      [1, "01:59:30"],
      [1, "02:10:00"],
      [1, "02:11:00"],
    ] as const)
      await this.#move(day, time);
    this.#expect("slots after moving back and forth", before, JSON.stringify(await readSlots()));
    this.#expect("asked of the token after moving back and forth", 2, await this.#inspected(number));
    this.#expect("told that the journey ended", 1, (await this.#journey(ending)).told);
  }

  /** Whoever checks is killed when the provider was asked and nothing is written; the other does it when the lease is over. */
  async #nextNight(number: Signup): Promise<void> {
    await this.#move(2, "00:00:05");
    const holder = new pg.Client({ connectionString: this.ground.ownerUrl });
    await holder.connect();
    try {
      await holder.query("select pg_advisory_lock($1)", [HELD]);
      this.clock.moveTo(this.#at(2, "02:00:05"));
      this.moves++;
      let pid = 0;
      let port = 0;
      await until(
        "a check is under way",
        async () => {
          const { rows } = await holder.query<{ pid: number; port: number }>(
            "select a.pid, a.client_port as port from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.objid = $1 and not l.granted",
            [HELD],
          );
          ({ pid, port } = rows[0] ?? { pid: 0, port: 0 });
          return pid !== 0;
        },
        PATIENCE,
      );
      const victim = this.#workerAt(port);
      if (!victim) throw new Error("nobody is found behind the check that is under way");
      this.left.push(this.ground.supervisor.pid(victim) ?? 0);
      await this.ground.supervisor.halt(victim, "SIGKILL");
      this.kills++;
      // Postgres would notice by itself, later: whoever asked is dead
      await holder.query("select pg_terminate_backend($1, 5000)", [pid]);
      await holder.query("select pg_advisory_unlock_all()");
      const alive = WORKERS.filter((name) => name !== victim);
      await this.#move(2, "02:29:00", alive);
      this.#expect("asked of the token under the dead one's lease", 3, await this.#inspected(number));
      this.#expect("looks written down under the dead one's lease", [false], await this.#looks(2, "02:00:00"));
      await this.#move(2, "02:31:00", alive);
      await until("the other has checked", async () => (await this.#looks(2, "02:31:00")).every(Boolean), PATIENCE, false);
      await this.ground.supervisor.resume(victim);
      await this.#settle("both are there again");
      this.#expect("asked of the token in the next night", 4, await this.#inspected(number));
      this.#expect("looks written down in the next night", [true], await this.#looks(2, "02:31:00"));
    } finally {
      await holder.end();
    }
  }

  /** Every slot was taken and done once; the one whose worker was killed was taken by each of the two and done by the second. */
  async #judge(): Promise<void> {
    const slots = new Map<string, SlotLine[]>();
    for (const line of await readSlots()) slots.set(line.slot, [...(slots.get(line.slot) ?? []), line]);
    const picture = [...slots].sort().map(([slot, lines]) => `${slot}: ${lines.map(({ what }) => what).join(", ")}`);
    const slot = (job: string, day: number, time: string) => `${job} ${this.#at(day, time).toISOString()}`;
    const expected = [0, 1, 2].flatMap((day) => [
      `${slot("connections.check", day, "02:00:00")}: taken, ${day === 2 ? "taken, " : ""}done`,
      `${slot("onboarding.expire", day, "00:00:00")}: taken, done`,
    ]);
    this.#expect("the ledger of slots", expected.sort(), picture);
    for (const name of WORKERS) this.#expect(`${name} came back by itself`, 0, this.ground.supervisor.restarts(name));
  }

  async #move(day: number, time: string, alive: readonly string[] = WORKERS): Promise<void> {
    this.clock.moveTo(this.#at(day, time));
    this.moves++;
    await this.#settle(`day ${day}, ${time}`, alive);
  }

  /** Waits until every worker has swept since now, and no slot is open but a dead one's. */
  async #settle(what: string, alive: readonly string[] = WORKERS): Promise<void> {
    const { rows } = await poolOf("owner").query<{ mark: string }>("select coalesce(max(id), 0) as mark from trial_asked");
    const mark = rows[0]?.mark;
    await until(
      `every worker has looked for nightly work: ${what}`,
      async () => {
        const asked = await poolOf("owner").query<{ port: number; times: number }>(
          "select port, count(*)::int as times from trial_asked where id > $1 and job = 'connections.check' group by port",
          [mark],
        );
        const times = new Map<string, number>();
        for (const { port, times: n } of asked.rows) {
          const name = this.#workerAt(port);
          if (name) times.set(name, (times.get(name) ?? 0) + n);
        }
        // the first may have begun before now; the second took all that it found due
        if (!alive.every((name) => (times.get(name) ?? 0) >= 2)) return false;
        const open = await poolOf("owner").query("select 1 from job_slots where done_at is null");
        return open.rows.length <= WORKERS.length - alive.length;
      },
      PATIENCE,
    );
  }

  #workerAt(port: number): string | null {
    return WORKERS.find((name) => holderOf(port, this.ground.supervisor.pid(name))) ?? null;
  }

  #expect(what: string, wanted: unknown, found: unknown): void {
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(found)];
    if (a !== b) this.differ.push(`${what}: ${b} instead of ${a}`);
  }

  async #journey({ org }: Desk): Promise<{ state: string; facts: boolean; presses: number; told: number }> {
    const { rows } = await poolOf("owner").query(
      `select state, facts_sealed is not null as facts,
        (select count(*)::int from onboarding_presses p where p.org_id = s.org_id) as presses,
        (select count(*)::int from audit_entries a where a.org_id = s.org_id and a.action = 'onboarding.expired') as told
        from onboarding_sessions s where org_id = $1`,
      [org.id],
    );
    return rows[0];
  }

  /** How often the provider was asked about the connected number's token since the workers started. */
  async #inspected({ wabaId }: Signup): Promise<number> {
    const lines = fs.readFileSync(this.ground.ledgerPath, "utf8").split("\n").filter(Boolean);
    const reads = lines.map((line) => JSON.parse(line)).filter((l) => l.kind === "read" && l.effect === "inspect");
    return reads.filter((l) => l.wabaId === wabaId).length - this.#before;
  }

  /** For each moment at which checks were written down as made: whether it lies in the five minutes from that hour. */
  async #looks(day: number, time: string): Promise<boolean[]> {
    const from = this.#at(day, time);
    const { rows } = await poolOf("owner").query<{ inside: boolean }>(
      "select distinct checked_at between $1::timestamptz and $1::timestamptz + interval '5 minutes' as inside from number_checks",
      [from],
    );
    return rows.map(({ inside }) => inside);
  }
}
