import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as press } from "@/app/api/onboarding/[sessionId]/press/route";
import { POST as report } from "@/app/api/onboarding/[sessionId]/report/route";
import { GET as look } from "@/app/api/onboarding/[sessionId]/route";
import { POST as start } from "@/app/api/onboarding/route";
import { openSession } from "@/lib/identity";
import { systemCtx } from "@/lib/kernel/ctx";
import { advanceOnboarding, dueOnboardings } from "@/lib/onboarding";
import { producerRedis } from "@/lib/platform/redis";
import { makeOrganisation } from "@/lib/testing/factory";
import { callsOn, closeAll, DONE, eventOf, goTo, metaSettings, signup } from "@/lib/testing/journeys";
import { setCookieHeader } from "@/lib/web/session-cookie";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const ORIGIN = "http://127.0.0.1:3999";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000013", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  // nobody listens there: every ring, cache and counter fails
  Object.assign(process.env, metaSettings(sandbox.origin, app.id), { NEXTAUTH_URL: ORIGIN, REDIS_URL: "redis://127.0.0.1:1" }); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});

test("without Redis a journey goes from its start to a connected number: the sweep finds what no ring announced", async () => {
  await expect(producerRedis().ping()).rejects.toThrow();
  const org = await makeOrganisation({ channels: [] });
  const user = org.users.find((u) => u.role === "owner");
  if (!user) throw new Error("no owner");
  const cookie = (await setCookieHeader(await openSession(user.id, "test", new Date()))).split(";")[0] ?? "";
  const ask = async (handler: typeof press, params: Record<string, string>, body?: object) => {
    const headers = { origin: ORIGIN, "content-type": "application/json", "x-parley": "1", cookie };
    const init = { headers, method: body ? "POST" : "GET", ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await handler(new Request(`${ORIGIN}/api/onboarding`, init), { params: Promise.resolve(params) });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  };
  const { id } = await ask(start, {}, { path: "new" });
  const at = { sessionId: id };
  const s = await signup({ flow: "new" });
  const { state } = await ask(press, at, {});
  await ask(report, at, { state, code: s.code, event: eventOf(s) });
  const due = (await dueOnboardings()).find((d) => d.sessionId === id);
  if (!due) throw new Error("the sweep does not see it");
  await advanceOnboarding(systemCtx(due.orgId, "test"), due);
  expect(await ask(look, at)).toMatchObject({ state: "done" });
  expect(await callsOn(s)).toEqual(DONE.new);
});
