/** How a trial goes: agents who answer, the wait until nothing is left to do, and what is said of it. */
import fs from "node:fs";
import { type Ground, sleep } from "./ground";
import type { Load } from "./load";
import { type Outside, parseLedger } from "./outside";
import { countWaiting } from "./read-rows";
import type { Finding } from "./verify";

const DRAIN_MS = 240_000;
export const tell = (text: string) => console.log(`  ${text}`);

/** Four agents answer as the messages come in. */
export async function answer(
  load: Load,
  replies: number,
  progress: () => number,
  random: () => number,
  over = () => false,
): Promise<void> {
  const until = Date.now() + 20 * 60_000;
  let begun = 0;
  let seen = 0;
  const agent = async () => {
    while (begun < replies && !over()) {
      if (begun > progress() * replies) {
        await sleep(50);
        continue;
      }
      begun++;
      if (Date.now() - seen > 1000) {
        seen = Date.now();
        await load.look().catch(() => {});
      }
      if (!(await load.reply(until))) {
        begun--;
        await sleep(200);
      } else if (random() < 0.4) await load.readSome();
    }
  };
  await Promise.all(Array.from({ length: 4 }, agent));
}

/** Waits until nothing is left to do anywhere; adds messages if the receipts were fewer than reckoned. @returns false when time is over */
export async function drain(ground: Ground, outside: Outside, load: Load, events: number): Promise<boolean> {
  const end = Date.now() + DRAIN_MS;
  let quiet = 0;
  let size = 0;
  let last = 0;
  let before = "";
  let since = Date.now();
  while (Date.now() < end) {
    await sleep(500);
    const waiting = await countWaiting().catch(() => null);
    const pending = await outside.pending();
    const grown = fs.statSync(ground.ledgerPath).size;
    const picture = JSON.stringify([waiting, pending.total, grown]);
    if (picture !== before) [before, since] = [picture, Date.now()];
    // receipts that find no message never will; anything else moves when a lease lapses or a webhook is due again
    const hopeless =
      waiting !== null && pending.total + (waiting.deliveries ?? 0) + (waiting.events ?? 0) + (waiting.outbox ?? 0) === 0;
    if ((waiting?.receipts ?? 0) > 0 && hopeless && Date.now() - since > 15_000) return false;
    if (Date.now() - since > 100_000) return false;
    const still = waiting !== null && pending.total === 0 && Object.values(waiting).every((n) => n === 0) && grown === size;
    size = grown;
    quiet = still ? quiet + 1 : 0;
    if (Date.now() - last > 15_000) {
      last = Date.now();
      tell(`waiting: ${JSON.stringify({ ...waiting, webhooks: pending.total })}`);
    }
    if (quiet < 6) continue;
    const missing = events - distinctEvents(parseLedger(fs.readFileSync(ground.ledgerPath, "utf8")));
    if (missing <= 0) return true;
    await load.write(missing + 5, 200, async () => {});
    quiet = 0;
  }
  return false;
}

/** Different events that were answered 200. */
export const distinctEvents = (lines: ReturnType<typeof parseLedger>) =>
  new Set(lines.filter((l) => l.kind === "webhook" && l.wamid !== null && l.answer === 200).map((l) => `${l.wamid} ${l.type}`))
    .size;

/** Says what a verdict found, most frequent first. */
export function report(found: Finding[]): void {
  const by = new Map<string, Finding[]>();
  for (const f of found) by.set(`${f.kind}: ${f.what}`, [...(by.get(`${f.kind}: ${f.what}`) ?? []), f]);
  for (const [what, list] of [...by].sort((a, b) => b[1].length - a[1].length).slice(0, 30)) {
    tell(
      `${list.length} × ${what} (${list
        .slice(0, 3)
        .map((f) => f.id)
        .join(", ")}${list.length > 3 ? ", …" : ""})`,
    );
  }
}
