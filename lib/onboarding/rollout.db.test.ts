import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { asId } from "@/lib/kernel/ids";
import { getNumbers, pressConnect, startOnboarding } from "@/lib/onboarding";
import { startEnv } from "@/lib/platform/env";
import { closeFlags, isOn } from "@/lib/platform/flags";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { advance, begin, closeAll, control, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  const flags = { UNLEASH_URL: `${sandbox.origin}/unleash/api/`, UNLEASH_TOKEN: "unleash-in-tests" };
  Object.assign(process.env, metaSettings(sandbox.origin, APP), flags); // house: a test plays the launcher
  startEnv("tool");
  goTo(sandbox.origin);
});
afterEach(closeFlags);
afterAll(async () => {
  await closeFlags();
  await sandbox.close();
  await closeAll();
});

/** As a process would see it that starts now. */
const rollOut = async (rollout: number) => {
  await closeFlags();
  await control("flags", { flag: "onboarding.embedded", rollout, down: false });
};
const IDS = Array.from({ length: 300 }, (_, n) => asId("organisation", `018f0000-0000-7000-8000-${`${n}`.padStart(12, "0")}`));
const reached = async () => {
  const answers = await Promise.all(IDS.map(async (id) => ((await isOn("onboarding.embedded", id)) ? id : null)));
  return answers.filter((id) => id !== null);
};

test("an organisation's answer stays, and a larger percentage only adds", async () => {
  let before: string[] = [];
  for (const percent of [0, 10, 25, 50, 100]) {
    await rollOut(percent);
    const now = await reached();
    expect(await reached()).toEqual(now);
    expect(now).toEqual(expect.arrayContaining(before));
    expect(Math.abs(now.length / IDS.length - percent / 100)).toBeLessThan(0.08);
    before = now;
  }
  expect(before).toHaveLength(IDS.length);
});

test("a server that is away leaves the last it said, and to a process that starts then the product's own file", async () => {
  await rollOut(0);
  expect(await reached()).toEqual([]);
  await control("flags", { down: true });
  expect(await reached()).toEqual([]);
  await closeFlags();
  expect(await reached()).toHaveLength(IDS.length);
});

test("where it is off nothing is offered or begun, and what was begun goes on", async () => {
  await rollOut(100);
  const desk = await begin();
  expect((await getNumbers(desk.ctx)).paths).toEqual(["new", "coexistence", "manual"]);
  await rollOut(0);
  for (const path of ["new", "coexistence"] as const)
    await expect(startOnboarding(desk.ctx, { path })).rejects.toMatchObject({ code: "precondition", detail: "not_rolled_out" });
  const { paths, open } = await getNumbers(desk.ctx);
  expect(paths).toEqual(["manual"]);
  expect(open).toHaveLength(1);
  expect(await pressConnect(desk.ctx, { sessionId: desk.sessionId, browser: "b" })).toMatchObject({ path: "new" });
  await report(desk, await signup({ flow: "new" }));
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("without a server everybody is reached and nobody is asked", async () => {
  await rollOut(0);
  const before = await control<{ asked: string[] }>("flags");
  delete process.env.UNLEASH_URL; // house: a test plays the launcher
  startEnv("tool");
  const org = await makeOrganisation({ channels: [], users: [{ name: "Olivia", role: "owner" }] });
  expect((await getNumbers(ctxOf(org, "owner"))).paths).toEqual(["new", "coexistence", "manual"]);
  expect(await control<{ asked: string[] }>("flags")).toEqual(before);
});
