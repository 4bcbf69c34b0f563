import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import {
  advanceOnboarding,
  checkConnections,
  connectManually,
  disconnectNumber,
  dueDisconnections,
  finishDisconnection,
  getOnboarding,
  getOwnApps,
  rotateOwnApp,
} from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { closeAll, control, goTo, metaSettings } from "@/lib/testing/journeys";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { webhook } from "@/lib/web/webhook";
import { rerouteUnrouted } from "@/lib/webhooks";
import { webhookListener } from "@/lib/webhooks/intake";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
let sandbox: Sandbox;
let server: http.Server;
beforeAll(async () => {
  server = http.createServer(webhookListener((_req, res) => res.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2], requireProof: true } });
  // house: a test plays the launcher
  Object.assign(process.env, metaSettings(sandbox.origin, APP), {
    WEBHOOK_PUBLIC_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  goTo(sandbox.origin);
  await readyIntake();
});
afterAll(async () => {
  await sandbox.close();
  server.closeAllConnections();
  server.close();
  await closeAll();
});

interface Own {
  appId: string;
  appSecret: string;
  wabaId: string;
  phoneNumberId: string;
  accessToken: string;
}
const ownApp = (order: object = {}) => control<Own>("own-app", order);
async function begin(own: Own, more: Partial<Own> = {}, org?: MadeOrganisation) {
  const mine = org ?? (await makeOrganisation({ channels: [] }));
  const { appId, appSecret, wabaId, phoneNumberId, accessToken } = { ...own, ...more };
  const { id } = await connectManually(ctxOf(mine, "owner"), { appId, appSecret, wabaId, phoneNumberId, token: accessToken });
  return { org: mine, sessionId: id };
}
type Desk = Awaited<ReturnType<typeof begin>>;
const advance = (desk: Desk) => advanceOnboarding(systemCtx(desk.org.id, "test"), desk);
const look = (desk: Desk) => getOnboarding(ctxOf(desk.org, "owner"), desk);
const stopped = async (desk: Desk) => (await look(desk)).steps.find((s) => s.state === "failed");
async function calls(wabaId: string): Promise<string[]> {
  const text = await (await fetch(`${sandbox.origin}/_control/ledger?since=0&kind=call`)).text();
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).flatMap((l) => (l.wabaId === wabaId ? [`${l.effect} ${l.answer}`] : []));
}
const endpointOf = async (org: MadeOrganisation) =>
  (
    await poolOf("owner").query(
      "select key, endpoint_key, app_id from own_apps o join intake_endpoints i on i.key = o.endpoint_key where o.org_id = $1",
      [org.id],
    )
  ).rows[0] as { key: string; app_id: string };
const endpointKeyOf = async (org: MadeOrganisation) =>
  (await poolOf("owner").query<{ endpoint_key: string }>("select endpoint_key from own_apps where org_id = $1", [org.id]))
    .rows[0] ?? {
    endpoint_key: "",
  };
const pathOf = (key: string) => `/api/webhooks/whatsapp/t/${key}`;
const eventsOn = async (phoneNumberId: string) =>
  (
    await poolOf("owner").query("select org_id, state, cause from webhook_events where phone_number_id = $1 order by id", [
      phoneNumberId,
    ])
  ).rows;

test("with the customer's own app a number is connected, and its messages come to its own address", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const done = await look(desk);
  expect(done.steps.map((s) => `${s.step} ${s.state}`)).toEqual([
    "exchange done",
    "prove done",
    "account done",
    "approve skipped",
    "subscribe done",
    "number done",
    "callback done",
    "register skipped",
    "bind done",
    "contacts skipped",
    "history skipped",
  ]);
  expect(await calls(own.wabaId)).toEqual(["subscribe 200", "override 200"]);
  const { rows } = await poolOf("owner").query(
    "select p.kind, c.app_id, s.facts_sealed from account_proofs p join channels c using (org_id, waba_id) join onboarding_sessions s using (org_id) where p.org_id = $1",
    [desk.org.id],
  );
  expect(rows).toEqual([{ kind: "own_token", app_id: own.appId, facts_sealed: null }]);
  expect(JSON.stringify(done)).not.toContain(own.appSecret);
  await control("inbound", { phoneNumberId: own.phoneNumberId, from: "15550109999", type: "text", text: "through my own app" });
  await expect
    .poll(async () => {
      await drain(desk.org.id);
      return eventsOn(own.phoneNumberId);
    })
    .toEqual([{ org_id: desk.org.id, state: "processed", cause: null }]);
});

test("what was typed in wrongly is named, and nothing of it is kept", async () => {
  const own = await ownApp();
  const other = await ownApp();
  for (const [more, step, cause] of [
    [{ appSecret: "0123456789abcdef0123456789abcdef" }, "prove", "app_refused"],
    [{ accessToken: other.accessToken }, "prove", "not_own"],
    [{ wabaId: other.wabaId }, "prove", "not_granted"],
    [{ phoneNumberId: other.phoneNumberId }, "number", "no_number"],
  ] as const) {
    const desk = await begin(own, more);
    await advance(desk);
    expect(await stopped(desk)).toMatchObject({ step, cause });
    const { rows } = await poolOf("owner").query("select 1 from own_apps where org_id = $1", [desk.org.id]);
    expect(rows).toEqual([]);
  }
});

test("connecting the same number again does nothing twice", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const again = await begin(own, {}, desk.org);
  await advance(again);
  expect((await look(again)).state).toBe("done");
  expect(await calls(own.wabaId)).toEqual(["subscribe 200", "override 200"]);
  const { rows } = await poolOf("owner").query("select 1 from own_apps where org_id = $1", [desk.org.id]);
  expect(rows).toHaveLength(1);
});

test("a worker that dies in any step leaves a journey that ends the same, with no effect done twice", async () => {
  const own = await ownApp();
  const first = await begin(own);
  await advance(first);
  const desk = await begin(own);
  await advance(desk);
  expect(await stopped(desk)).toMatchObject({ step: "callback", cause: "app_taken" });
  expect(await calls(own.wabaId)).toEqual(["subscribe 200", "override 200"]); // its messages go where they went before
  await poolOf("owner").query("update channels set status = 'disconnected' where org_id = $1", [first.org.id]);
  await poolOf("owner").query("delete from own_apps where org_id = $1", [first.org.id]);
  const once = ["subscribe 200", "override 200", "override 200"]; // the second to the second organisation's own address
  for (const step of ["prove", "account", "subscribe", "number", "callback", "register", "bind"])
    await poolOf("owner").query("update onboarding_steps set state = 'running' where org_id = $1 and step = $2", [
      desk.org.id,
      step,
    ]);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  expect(await calls(own.wabaId)).toEqual(once);
});

test("a new secret counts at once and the one before stays good; a verify token can be made anew", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const owner = () => ctxOf(desk.org, "owner");
  const { appId } = own;
  const [before] = (await getOwnApps(owner())).apps;
  await expect(rotateOwnApp(owner(), { appId, appSecret: "f".repeat(32) })).rejects.toMatchObject({
    code: "invalid",
    fields: { appSecret: "app_refused" },
  });
  const stranger = await makeOrganisation({ channels: [] });
  await expect(rotateOwnApp(ctxOf(stranger, "owner"), { appId })).rejects.toMatchObject({ code: "not_found" });
  const fresh = "b".repeat(32);
  await control("own-app", { appId, wabaId: own.wabaId, secret: fresh });
  await rotateOwnApp(owner(), { appId, appSecret: fresh });
  const path = pathOf((await endpointOf(desk.org)).key);
  const say = (secret: string, id: string) =>
    deliver(envelopeOf(own.wabaId, messagesChange(own.phoneNumberId, { messages: [textMessage(id, "15550107777", "x")] })), {
      secret,
      path,
    });
  await expect.poll(() => say(fresh, "wamid.new"), { timeout: 5000, interval: 300 }).toBe(200);
  expect(await say(own.appSecret, "wamid.old")).toBe(200);
  expect(await say(process.env.META_APP_SECRET ?? "", "wamid.platform")).toBe(401); // house: a test plays the launcher
  const [after] = (await rotateOwnApp(owner(), { appId })).apps;
  expect(after).toMatchObject({ address: before?.address });
  expect(after?.verifyToken).not.toBe(before?.verifyToken);
  const { rows } = await poolOf("owner").query(
    "select detail->>'what' as what from audit_entries where org_id = $1 and action = 'own_app.rotated' order by seq",
    [desk.org.id],
  );
  expect(rows.map((r) => r.what)).toEqual(["secret", "verify_token"]);
});

test("an own secret reaches its own organisation only, and holds nobody's key", async () => {
  const [one, two] = [await ownApp(), await ownApp()];
  const [a, b] = [await begin(one), await begin(two)];
  await advance(a);
  await advance(b);
  const forged = envelopeOf(
    two.wabaId,
    messagesChange(two.phoneNumberId, { messages: [textMessage("wamid.same", "15550108888", "x")] }),
  );
  expect(await deliver(forged, { secret: one.appSecret, path: pathOf((await endpointOf(a.org)).key) })).toBe(200);
  await drain(a.org.id, b.org.id);
  expect(await eventsOn(two.phoneNumberId)).toEqual([{ org_id: a.org.id, state: "quarantined", cause: "foreign" }]);
  expect(await deliver(forged, { secret: two.appSecret, path: pathOf((await endpointOf(b.org)).key) })).toBe(200);
  await drain(a.org.id, b.org.id);
  expect(await eventsOn(two.phoneNumberId)).toContainEqual({ org_id: b.org.id, state: "processed", cause: null });
});

test("a pasted token takes neither what our own app is told of its number nor what was kept for it", async () => {
  const own = await ownApp();
  const said = (body: string) =>
    envelopeOf(
      own.wabaId,
      messagesChange(own.phoneNumberId, { messages: [textMessage(`wamid.${fakeMetaId()}`, "628111", body)] }),
    );
  await deliver(said("sebelum"));
  const desk = await begin(own);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  await deliver(said("sesudah"));
  await drain(desk.org.id);
  await rerouteUnrouted();
  await drain(desk.org.id);
  expect(await eventsOn(own.phoneNumberId)).toEqual(Array(2).fill({ org_id: null, state: "unrouted", cause: null }));
});

test("our own app's copy of a message never stands in the way of the customer's, whichever comes first", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const { endpoint_key: key } = await endpointKeyOf(desk.org);
  const texts = ["satu", "dua"].map((body) => textMessage(`wamid.${fakeMetaId()}`, "628111", body));
  for (const [i, text] of texts.entries()) {
    const body = envelopeOf(own.wabaId, messagesChange(own.phoneNumberId, { messages: [text] }));
    const ours = () => deliver(body);
    const theirs = () => deliver(body, { secret: own.appSecret, path: pathOf(key) });
    for (const copy of i === 0 ? [ours, theirs] : [theirs, ours]) {
      expect(await copy()).toBe(200);
      await drain(desk.org.id);
    }
  }
  const { rows } = await poolOf("owner").query("select count(*)::int as n from messages where org_id = $1", [desk.org.id]);
  expect(rows[0].n).toBe(2);
});

test("an own secret speaks for its own app's numbers only, not for those the same organisation connected by ours", async () => {
  const own = await ownApp();
  const org = await makeOrganisation();
  const desk = await begin(own, {}, org);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  const { endpoint_key: key } = await endpointKeyOf(org);
  const main = org.channels[0];
  if (!main) throw new Error("no channel");
  const sign = { secret: own.appSecret, path: pathOf(key) };
  const text = textMessage(`wamid.${fakeMetaId()}`, "628111", "palsu");
  expect(await deliver(envelopeOf(main.wabaId, messagesChange(main.phoneNumberId, { messages: [text] })), sign)).toBe(200);
  const gone = { event: "PARTNER_REMOVED", waba_info: { waba_id: main.wabaId } };
  expect(await deliver(envelopeOf(main.wabaId, { field: "account_update", value: gone }), sign)).toBe(200);
  await drain(org.id);
  expect(await eventsOn(main.phoneNumberId)).toEqual([{ org_id: org.id, state: "quarantined", cause: "foreign" }]);
  const { rows } = await poolOf("owner").query("select status from channels where id = $1", [main.id]);
  expect(rows).toEqual([{ status: "connected" }]);
  // of its own number it may say so
  const left = { event: "PARTNER_REMOVED", waba_info: { waba_id: own.wabaId } };
  await deliver(envelopeOf(own.wabaId, { field: "account_update", value: left }), sign);
  await drain(org.id);
  const after = await poolOf("owner").query("select phone_number_id, status from channels where org_id = $1 order by status", [
    org.id,
  ]);
  expect(after.rows).toEqual([
    { phone_number_id: main.phoneNumberId, status: "connected" },
    { phone_number_id: own.phoneNumberId, status: "disconnected" },
  ]);
});

test("an own address answers its own verify token only, on both mounts", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const { key } = await endpointOf(desk.org);
  const next = webhook();
  const ask = (path: string, token: string) =>
    `${path}?${new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": "77", "hub.verify_token": token })}`;
  for (const mount of [
    (path: string) => fetch(process.env.WEBHOOK_PUBLIC_URL + path), // house: a test plays the launcher
    (path: string) => next(new Request(`http://next.test${path}`)),
  ]) {
    expect((await mount(ask(pathOf(key), process.env.META_WEBHOOK_VERIFY_TOKEN ?? ""))).status).toBe(403); // house: a test plays the launcher
    const { apps } = await getOwnApps(ctxOf(desk.org, "owner"));
    const good = await mount(ask(pathOf(key), apps[0]?.verifyToken ?? ""));
    expect([good.status, await good.text()]).toEqual([200, "77"]);
    const began = Date.now();
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => mount(ask(pathOf(`nobody-has-this-key-${i}`), "x"))),
    );
    expect(new Set(strangers.map((s) => s.status))).toEqual(new Set([404]));
    expect(Date.now() - began).toBeLessThan(3000);
  }
});

test("an address set elsewhere is put right at night and written down", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  const waba = sandbox.context.world.wabas.get(own.wabaId);
  const held = waba?.others?.[own.appId];
  if (held) held.overrideUri = "https://elsewhere.example/hook";
  await checkConnections(asId("organisation", desk.org.id));
  const phone = sandbox.context.world.phones.get(own.phoneNumberId);
  expect(phone?.otherUris?.[own.appId]).toContain((await endpointOf(desk.org)).key);
  const { rows } = await poolOf("owner").query(
    "select detail from audit_entries where org_id = $1 and action = 'callback.repaired'",
    [desk.org.id],
  );
  expect(rows).toHaveLength(1);
  const changes = await poolOf("owner").query(
    "select from_value, to_value from number_changes where org_id = $1 and what = 'callback' and from_value = 'elsewhere.example'",
    [desk.org.id],
  );
  expect(changes.rows).toEqual([{ from_value: "elsewhere.example", to_value: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }]);
  await checkConnections(asId("organisation", desk.org.id));
  expect((await calls(own.wabaId)).filter((c) => c.startsWith("callback"))).toHaveLength(1);
});

test("a disconnected number ends its own app's subscription, whoever else has the account by another app", async () => {
  const own = await ownApp();
  const desk = await begin(own);
  await advance(desk);
  await makeOrganisation({ channels: [{ wabaId: own.wabaId }] });
  const { rows } = await poolOf("owner").query("select id from channels where org_id = $1", [desk.org.id]);
  const named = { channelId: asId("channel", rows[0].id), reason: "x" };
  await disconnectNumber({ ...ctxOf(desk.org, "owner"), authenticatedAt: new Date() }, named);
  for (const { orgId, disconnectionId } of await dueDisconnections())
    if (orgId === desk.org.id) await finishDisconnection(systemCtx(orgId, "test"), { disconnectionId });
  expect(await calls(own.wabaId)).toEqual(["subscribe 200", "override 200", "unsubscribe 200"]);
  expect(sandbox.context.world.wabas.get(own.wabaId)?.others?.[own.appId]?.subscribed).toBe(false);
});
