import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { POST } from "@/app/api/v1/whatsapp/webhook/test/route";
import { openSession } from "@/lib/identity";
import { startEnv } from "@/lib/platform/env";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { advance, begin, closeAll, type Desk, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import { setCookieHeader } from "@/lib/web/session-cookie";
import { ensureIntakeKey, rehearsePartner, splitDeliveries } from "@/lib/webhooks";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
const ORIGIN = "http://127.0.0.1:3999";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, APP), { NEXTAUTH_URL: ORIGIN }); // house: a test plays the launcher
  startEnv("tool");
  goTo(sandbox.origin);
  await ensureIntakeKey(new Date());
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});

async function post(appEnv: string, body: string, cookie?: string): Promise<{ status: number; json: Record<string, unknown> }> {
  const before = { ...process.env };
  const https = appEnv === "production" ? { META_GRAPH_URL: "https://graph.test", META_SDK_URL: "https://sdk.test/sdk.js" } : {};
  Object.assign(process.env, { APP_ENV: appEnv }, https); // house: a test plays the launcher
  startEnv("tool");
  try {
    const headers = {
      origin: ORIGIN,
      "content-type": "application/json",
      "x-parley": "1",
      ...(cookie ? { cookie } : {}),
    };
    const request = new Request(`${ORIGIN}/api/v1/whatsapp/webhook/test`, { method: "POST", headers, body });
    const answer = await POST(request, { params: Promise.resolve({}) });
    return { status: answer.status, json: await answer.json() };
  } finally {
    Object.assign(process.env, before);
    startEnv("tool");
  }
}
const cookieOf = async ({ org }: Desk) => {
  const secret = await openSession(org.users[0]?.id as never, "test", new Date());
  return ((await setCookieHeader(secret)).split(";")[0] ?? "").trim();
};
const order = (trackingCode: string) => JSON.stringify({ type: "partner-added", trackingCode });

test("outside staging there is no such address, whoever asks and whatever they send", async () => {
  const cookie = await cookieOf(await begin());
  for (const appEnv of ["production", "development"])
    for (const [body, who] of [
      ["{", undefined],
      [order("0123456789"), undefined],
      [order("0123456789"), cookie],
    ] as const)
      expect((await post(appEnv, body, who)).status, `${appEnv} ${body}`).toBe(404);
  expect((await post("staging", order("0123456789"))).status).toBe(401);
  expect((await post("staging", "{", cookie)).status).toBe(422);
  expect(await post("staging", order("0123456789"), cookie)).toMatchObject({ status: 404, json: { code: "not_found" } });
});

test("on staging a journey's own account is announced through the intake, and nobody else's", async () => {
  const desk = await begin("coexistence");
  const { trackingCode } = await look(desk);
  const cookie = await cookieOf(desk);
  expect(await post("staging", order(trackingCode), cookie)).toMatchObject({ status: 412, json: { detail: "account_unknown" } });
  const s = await signup({ flow: "new" });
  await report(desk, s);
  // hinted at, not proven
  expect((await post("staging", order(trackingCode), cookie)).status).toBe(412);
  await advance(desk); // stops at the number, which is not on the app
  expect(await post("staging", order(trackingCode), cookie)).toEqual({
    status: 200,
    json: { event: "PARTNER_ADDED", wabaId: s.wabaId, stored: true },
  });
  // another test file may hold the splitter's turn
  await vi.waitFor(async () => {
    await splitDeliveries();
    const { rows } = await poolOf("owner").query(
      "select field, kind from webhook_events where waba_id = $1 and field = 'account_update'",
      [s.wabaId],
    );
    expect(rows).toEqual([{ field: "account_update", kind: "generic" }]);
  }, 20_000);
  const stranger = await makeOrganisation({ channels: [], users: [{ name: "Olivia", role: "owner" }] });
  await expect(rehearsePartner(ctxOf(stranger, "owner"), { type: "partner-added", trackingCode })).rejects.toMatchObject({
    code: "not_found",
  });
});
