import { expect, test } from "vitest";
import { FairQueue } from "@/lib/identity/fair-queue";

const BUSY = { code: "unavailable", detail: "busy" };
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** A queue whose works end by hand, with the order in which they began. */
function hand(limits: ConstructorParameters<typeof FairQueue>[0]) {
  const queue = new FairQueue(limits);
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const run = (lane: string) =>
    queue.run(lane, () => {
      began.push(lane);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const endOne = async () => {
    ends.shift()?.();
    await soon();
  };
  return { run, began, endOne };
}

test("lanes take turns: a newcomer is not behind the whole crowd of another lane", async () => {
  const { run, began, endOne } = hand({ atOnce: 1, perLane: 50, waiting: 100 });
  const crowd = Array.from({ length: 40 }, () => run("crowd"));
  const one = run("one");
  for (let i = 0; i < 2; i++) await endOne();
  expect(began).toEqual(["crowd", "crowd", "one"]);
  for (let i = 0; i < 40; i++) await endOne();
  await Promise.all([...crowd, one]);
  expect(began.length).toBe(41);
});

test("a full lane refuses its own, a full queue everyone, and both open again", async () => {
  const { run, began, endOne } = hand({ atOnce: 2, perLane: 2, waiting: 3 });
  const held = [run("a"), run("a"), run("a"), run("a")];
  await expect(run("a")).rejects.toMatchObject(BUSY);
  held.push(run("b"));
  await expect(run("c")).rejects.toMatchObject(BUSY);
  await endOne();
  held.push(run("c"));
  for (let i = 0; i < 6; i++) await endOne();
  await Promise.all(held);
  expect([...began].sort()).toEqual(["a", "a", "a", "a", "b", "c"]);
});

test("no more run at once than may, also when one ends as another comes, and a failed work gives its place back", async () => {
  const queue = new FairQueue({ atOnce: 2, perLane: 99, waiting: 99 });
  let now = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    await soon();
    now--;
    if (most % 2 === 1) throw new Error("failed");
  };
  await Promise.allSettled(Array.from({ length: 30 }, (_, i) => soon().then(() => queue.run(`${i % 3}`, work))));
  expect(most).toBe(2);
  expect(await queue.run("late", async () => "ran")).toBe("ran");
});
