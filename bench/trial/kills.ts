/** Kill -9 by process id, at moments chosen by seed and, where it matters, with work in the air. */

import { poolOf } from "@/lib/platform/pool";
import { between, type Random } from "../../sandbox/random";
import { type Ground, sleep, until } from "./ground";
import type { Outside } from "./outside";

export const VICTIMS = ["receiver", "worker", "postgres", "redis"] as const;
export type Victim = (typeof VICTIMS)[number];

/** Who is killed after which share of the load: everyone in turn, in an order by seed. */
export function planKills(kills: number, random: Random): { victim: Victim; at: number }[] {
  const order: Victim[] = [];
  while (order.length < kills) {
    const round = [...VICTIMS];
    for (let i = round.length - 1; i > 0; i--) {
      const j = between(random, 0, i);
      [round[i], round[j]] = [round[j] as Victim, round[i] as Victim];
    }
    order.push(...round);
  }
  return order.slice(0, kills).map((victim, i) => ({ victim, at: (i + 0.3 + random() * 0.6) / kills }));
}

/** Waits for the victim to live, then for a telling moment (at most 2 s), and kills it. The supervisor brings it back. */
export async function kill(ground: Ground, outside: Outside, victim: Victim, random: Random): Promise<void> {
  await until(`${victim} is up`, () => ground.isUp(victim), 60_000);
  await until("work in the air", () => busy(outside, victim), 2000, false);
  await sleep(random() * 30);
  const pid = ground.supervisor.pid(victim);
  if (pid === null) return kill(ground, outside, victim, random);
  process.kill(pid, "SIGKILL");
}

/** Between commit and answer for the receiver and Postgres, between send and answer for the worker. */
async function busy(outside: Outside, victim: Victim): Promise<boolean> {
  if (victim === "redis") return true;
  if (victim !== "worker") return (await outside.pending()).inFlight > 0;
  const { rows } = await poolOf("owner").query("select 1 from outbox where state = 'dispatching' limit 1");
  return rows.length > 0;
}
