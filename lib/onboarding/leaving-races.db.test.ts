import { afterAll, beforeAll, expect, test } from "vitest";
import { listChannelRows } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import { checkConnections, chooseOnboarding } from "@/lib/onboarding";
import { inTenantSql } from "@/lib/platform/sql";
import { makeOrganisation } from "@/lib/testing/factory";
import { type Gate, openGate } from "@/lib/testing/gate";
import { advance, begin, callsOn, closeAll, control, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import { channelOf, connect, dueOf, endOf, leave, people, rows, sweep, trailOf, unsubscribed } from "@/lib/testing/leaving";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
let sandbox: Sandbox;
let gate: Gate;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  gate = await openGate(sandbox.origin);
  Object.assign(process.env, metaSettings(gate.origin, APP)); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close().catch(() => {}); // the last test has done it
  await gate.close();
  await closeAll();
});

test("a process that dies between the claim and Meta, or after Meta, leaves it to be done once", async () => {
  const [before, after] = [await connect(), await connect()];
  for (const one of [before, after]) await leave(one);
  const claimed =
    "update disconnections set fence = nextval('fences'), attempts = 1, due_at = now() + interval '90 seconds' where channel_id = $1";
  await rows(claimed, [before.channelId]);
  await rows(claimed, [after.channelId]);
  const token = (await inTenantSql(systemCtx(after.desk.org.id, "test"), listChannelRows))[0]?.token?.open();
  await fetch(`${sandbox.origin}/v26.0/${after.s.wabaId}/subscribed_apps`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}` },
  });
  for (const one of [before, after]) await sweep(one); // its lease is not over
  expect([await unsubscribed(before), await unsubscribed(after)]).toEqual([0, 1]);
  await rows("update disconnections set due_at = now() where channel_id = any($1)", [[before.channelId, after.channelId]]);
  for (const one of [before, after, before, after]) await sweep(one);
  for (const one of [before, after]) expect([await unsubscribed(one), await endOf(one)]).toEqual([1, "done"]);
});

test("a process that dies after it told Meta of a number that came back meanwhile leaves no connection that hears nothing", async () => {
  const one = await connect();
  await leave(one);
  await rows(
    "update disconnections set fence = nextval('fences'), attempts = 1, due_at = now() + interval '90 seconds' where channel_id = $1",
    [one.channelId],
  );
  const again = await begin("new", one.desk.org);
  const { businessId, wabaId, phoneNumberId } = one.s;
  await report(again, await signup({ flow: "new", businessId, wabaId, phoneNumberId }));
  await advance(again);
  const token = (await inTenantSql(systemCtx(one.desk.org.id, "test"), listChannelRows))[0]?.token?.open();
  const subscribed = `${sandbox.origin}/v26.0/${one.s.wabaId}/subscribed_apps`;
  await fetch(subscribed, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
  await sweep(one);
  expect([await endOf(one), (await dueOf(one)) !== null]).toEqual(["undone", true]); // whoever told Meta may still live
  await rows("update disconnections set due_at = now() where channel_id = $1", [one.channelId]);
  await sweep(one);
  expect((await callsOn(one.s)).at(-1)).toMatch(/^subscribe/);
  expect(await channelOf(one)).toMatchObject({ status: "connected", token: true });
  expect([await endOf(one), await dueOf(one)]).toEqual(["undone", null]);
  expect(await trailOf(one.desk.org, "subscription.repaired")).toHaveLength(1);
});

test("whoever was connecting another number of the account meanwhile is still told of it in the end", async () => {
  const one = await connect();
  const order = { flow: "new", businessId: one.s.businessId, wabaId: one.s.wabaId };
  const desk = await begin("new", await makeOrganisation({ channels: [], users: people }));
  const s = await signup(order);
  await report(desk, s, false);
  await advance(desk);
  expect((await look(desk)).steps.find((step) => step.state === "asked")?.step).toBe("number"); // subscribed already
  await leave(one);
  await sweep(one);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([1, "done"]);
  await chooseOnboarding(desk.ctx, { ...desk, choice: { phoneNumberId: s.phoneNumberId } });
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  expect(sandbox.context.world.wabas.get(one.s.wabaId)?.subscribed).toBe(true);
});

test("a night that mends a subscription while its number is being disconnected leaves none behind", async () => {
  // the number goes while it is being looked at, then while it is being mended
  for (const [method, mended] of [
    ["GET", 0],
    ["POST", 1],
  ] as const) {
    const one = await connect();
    await control("waba", { wabaId: one.s.wabaId, subscribed: false });
    const held = gate.holdNext(method, `/${one.s.wabaId}/subscribed_apps`);
    const night = checkConnections(one.desk.org.id);
    const release = await held;
    await leave(one);
    await sweep(one);
    release();
    await night;
    expect([await endOf(one), sandbox.context.world.wabas.get(one.s.wabaId)?.subscribed]).toEqual(["done", false]);
    expect((await callsOn(one.s)).filter((call) => call.startsWith("subscribe"))).toHaveLength(1 + mended);
    expect(await channelOf(one)).toMatchObject({ status: "disconnected" });
  }
});

test("Meta that does not answer is asked again, and given up in the end", async () => {
  const one = await connect();
  await leave(one);
  await sandbox.close();
  await sweep(one);
  const state = () =>
    rows("select state, attempts, due_at > now() as later from disconnections where channel_id = $1", [one.channelId]);
  expect(await state()).toEqual([{ state: "due", attempts: 1, later: true }]);
  await rows("update disconnections set attempts = 8, due_at = now() where channel_id = $1", [one.channelId]);
  await sweep(one);
  expect([await state(), (await channelOf(one)).token]).toEqual([[{ state: "given_up", attempts: 9, later: null }], false]);
});
