import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cancelOnboarding, chooseOnboarding, pressConnect } from "@/lib/onboarding";
import { registry } from "@/lib/platform/metrics";
import { poolOf } from "@/lib/platform/pool";
import { producerRedis, warmRedis } from "@/lib/platform/redis";
import { advance, begin, closeAll, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000010", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id)); // house: a test plays the launcher
  goTo(sandbox.origin);
  warmRedis();
  await vi.waitFor(() => expect(producerRedis().status).toBe("ready"), 10_000);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});
const counted = async (result: string) => {
  const metric = await registry.getSingleMetric("parley_onboarding_cache_total")?.get();
  return metric?.values.find((v) => v.labels.result === result)?.value ?? 0;
};

test("who looks again is answered from Redis; what changed is seen at once", async () => {
  const desk = await begin();
  const hits = await counted("hit");
  await look(desk);
  const kept = await look(desk);
  expect(await counted("hit")).toBe(hits + 1);
  expect(kept).toMatchObject({ id: desk.sessionId, state: "open" });
  await report(desk, await signup({ flow: "new" }));
  expect((await look(desk)).steps[0]).toMatchObject({ step: "exchange", state: "done" });
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("giving up is seen at once, and what decides never asks Redis", async () => {
  const desk = await begin();
  await look(desk);
  await poolOf("owner").query("update onboarding_sessions set state = 'cancelled' where org_id = $1", [desk.org.id]); // behind its back
  expect((await look(desk)).state).toBe("open");
  await expect(pressConnect(desk.ctx, desk)).rejects.toMatchObject({ detail: "not_open" });
  await poolOf("owner").query("update onboarding_sessions set state = 'open' where org_id = $1", [desk.org.id]);
  await cancelOnboarding(desk.ctx, desk);
  expect((await look(desk)).state).toBe("cancelled");
  await expect(chooseOnboarding(desk.ctx, { ...desk, choice: { wabaId: "1" } })).rejects.toMatchObject({ detail: "not_open" });
});

test("Redis holds nothing that could be read: neither token nor name nor number", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new", verifiedName: "Rahasia Sekali", faults: [] });
  await report(desk, s);
  await look(desk);
  const text = (await producerRedis().get(`parley:onboarding:${desk.org.id}:${desk.sessionId}`)) ?? "";
  expect(text.length).toBeGreaterThan(200);
  for (const secret of [s.wabaId, s.phoneNumberId, s.code, "Rahasia", "EAA"]) expect(text).not.toContain(secret);
});

test("what was put there by somebody else is not believed", async () => {
  const desk = await begin();
  const key = `parley:onboarding:${desk.org.id}:${desk.sessionId}`;
  for (const text of ["{", "null", '{"row":{"id":"x"}}']) {
    await producerRedis().set(key, text);
    expect((await look(desk)).id).toBe(desk.sessionId);
  }
});
