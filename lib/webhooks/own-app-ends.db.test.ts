import { readFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { days } from "@/lib/kernel/time";
import {
  advanceOnboarding,
  connectManually,
  destroyPreviousSecrets,
  getOnboarding,
  getOwnApps,
  removeOwnApp,
  rotateOwnApp,
} from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { closeAll, control, goTo, metaSettings } from "@/lib/testing/journeys";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { splitDeliveries } from "@/lib/webhooks";
import { forgetEndpoints, MOST_LOOKING, receiveWebhook, webhookListener } from "@/lib/webhooks/intake";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
const MIGRATIONS = path.resolve(import.meta.dirname, "../../prisma/migrations");
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
const people = [
  { name: "Olivia Owner", role: "owner" as const },
  { name: "Adam Agent", role: "agent" as const },
];
const firm = () => makeOrganisation({ channels: [], users: people });
async function begin(own: Own, org: MadeOrganisation) {
  const { appId, appSecret, wabaId, phoneNumberId, accessToken } = own;
  const { id } = await connectManually(ctxOf(org, "owner"), { appId, appSecret, wabaId, phoneNumberId, token: accessToken });
  return { org, sessionId: id };
}
type Desk = Awaited<ReturnType<typeof begin>>;
const advance = (desk: Desk) => advanceOnboarding(systemCtx(desk.org.id, "test"), desk);
const look = (desk: Desk) => getOnboarding(ctxOf(desk.org, "owner"), desk);
async function connect(own: Own, org: MadeOrganisation): Promise<Desk> {
  const desk = await begin(own, org);
  await advance(desk);
  return desk;
}
const rows = async <R extends object>(text: string, ...values: unknown[]): Promise<R[]> =>
  (await poolOf("owner").query<R>(text, values)).rows;
const trail = async (org: MadeOrganisation) =>
  (
    await rows<{ action: string; what: string | null }>(
      "select action, detail->>'what' as what from audit_entries where org_id = $1 and subject = 'own_app' order by seq",
      org.id,
    )
  ).map(({ action, what }) => (what ? `${action} ${what}` : action));
const pathOf = async (org: MadeOrganisation) => {
  const [app] = await rows<{ endpoint_key: string }>("select endpoint_key from own_apps where org_id = $1", org.id);
  return `/api/webhooks/whatsapp/t/${app?.endpoint_key}`;
};
const said = (own: Own) =>
  envelopeOf(own.wabaId, messagesChange(own.phoneNumberId, { messages: [textMessage(`wamid.${fakeMetaId()}`, "628111", "x")] }));
const say = (own: Own, path: string, secret: string) => {
  forgetEndpoints(); // as half a minute does
  return deliver(said(own), { path, secret });
};

test("the secret before is good for seven days, is refused when they are over, and is destroyed", async () => {
  const own = await ownApp();
  const org = await firm();
  await connect(own, org);
  const owner = () => ctxOf(org, "owner");
  const fresh = "c".repeat(32);
  await control("own-app", { appId: own.appId, wabaId: own.wabaId, secret: fresh });
  await rotateOwnApp(owner(), { appId: own.appId, appSecret: fresh });
  const path = await pathOf(org);
  const until = async () =>
    (
      await rows<{ a: Date | null; b: Date | null; kept: boolean }>(
        `select o.previous_until as a, i.previous_until as b, o.secret_previous_sealed is not null or i.secret_previous_sealed is not null as kept
          from own_apps o join intake_endpoints i on i.key = o.endpoint_key where o.org_id = $1`,
        org.id,
      )
    )[0];
  const first = await until();
  expect(Math.abs((first?.a?.getTime() ?? 0) - Date.now() - days(7))).toBeLessThan(60_000);
  expect(first?.b).toEqual(first?.a);
  expect([await say(own, path, own.appSecret), await say(own, path, fresh)]).toEqual([200, 200]);
  await rotateOwnApp(owner(), { appId: own.appId }); // another verify token prolongs nothing
  expect(await until()).toEqual(first);

  for (const table of ["own_apps", "intake_endpoints"])
    await rows(`update ${table} set previous_until = now() - interval '1 second' where org_id = $1`, org.id);
  expect([await say(own, path, own.appSecret), await say(own, path, fresh)]).toEqual([401, 200]);
  expect(await destroyPreviousSecrets()).toBeGreaterThanOrEqual(1);
  expect(await until()).toEqual({ a: null, b: null, kept: false });
  await destroyPreviousSecrets();
  expect(await trail(org)).toEqual([
    "own_app.kept",
    "own_app.rotated secret",
    "own_app.rotated verify_token",
    "own_app.previous_destroyed",
  ]);
});

test("a secret from before that stood there at the migration, run as its own role, is good for a week as well", async () => {
  const own = await ownApp();
  const org = await firm();
  await connect(own, org);
  const fresh = "e".repeat(32);
  await control("own-app", { appId: own.appId, wabaId: own.wabaId, secret: fresh });
  await rotateOwnApp(ctxOf(org, "owner"), { appId: own.appId, appSecret: fresh });
  for (const table of ["own_apps", "intake_endpoints"])
    await rows(`update ${table} set previous_until = null where org_id = $1`, org.id); // as before it had an end
  const client = await poolOf("owner").connect();
  try {
    await client.query("begin; set local role migrator;");
    const given = await readFile(path.join(MIGRATIONS, "20261126210100_own_app_limits/migration.sql"), "utf8");
    for (const update of given.match(/^update .*;$/gm) ?? [])
      await client.query(`set local role owner; ${update} set local role migrator;`);
    await client.query(await readFile(path.join(MIGRATIONS, "20261126240000_previous_secrets/migration.sql"), "utf8"));
    await client.query("commit");
  } finally {
    client.release();
  }
  expect([await say(own, await pathOf(org), own.appSecret), await say(own, await pathOf(org), fresh)]).toEqual([200, 200]);
});

test("a secret that a later journey brings is written down as what it is, and one that is the same not at all", async () => {
  const own = await ownApp();
  const org = await firm();
  await connect(own, org);
  await connect(own, org);
  expect(await trail(org)).toEqual(["own_app.kept"]);
  const appSecret = "d".repeat(32);
  await control("own-app", { appId: own.appId, wabaId: own.wabaId, secret: appSecret });
  await connect({ ...own, appSecret }, org);
  expect(await trail(org)).toEqual(["own_app.kept", "own_app.rotated secret"]);
});

test("an app belongs to one organisation: the second is refused, learns nothing of the first, and has nothing of it", async () => {
  const own = await ownApp();
  const [first, second] = [await firm(), await firm()];
  await connect(own, first);
  const other = await ownApp({ appId: own.appId }); // another account of the same app
  const desk = await connect({ ...other, appSecret: own.appSecret }, second);
  const seen = await look(desk);
  expect(seen.steps.find((s) => s.state === "failed")).toMatchObject({ step: "callback", cause: "app_taken" });
  for (const word of [first.id, first.name, first.slug]) expect(JSON.stringify(seen)).not.toContain(word);
  expect((await getOwnApps(ctxOf(second, "owner"))).apps).toEqual([]);
  expect(await rows("select 1 from intake_endpoints where org_id = $1", second.id)).toEqual([]);
  expect(await trail(second)).toEqual([]);
});

test("two organisations that connect one app at the same moment: one has it", async () => {
  const own = await ownApp();
  const other = await ownApp({ appId: own.appId });
  const desks = await Promise.all([begin(own, await firm()), begin({ ...other, appSecret: own.appSecret }, await firm())]);
  await Promise.all(desks.map(advance));
  const ends = await Promise.all(
    desks.map(async (desk) => (await look(desk)).steps.find((s) => s.state === "failed")?.cause ?? "done"),
  );
  expect(ends.sort()).toEqual(["app_taken", "done"]);
});

test("an own app that no connected number uses can be removed: its address accepts nothing, what came in stays, and it is free", async () => {
  const own = await ownApp();
  const org = await makeOrganisation({ users: people });
  const ours = org.channels[0]; // connected by the platform's app
  await connect(own, org);
  const [owner, agent, stranger] = [ctxOf(org, "owner"), ctxOf(org, "agent"), ctxOf(await firm(), "owner")];
  const { appId } = own;
  await expect(removeOwnApp(agent, { appId })).rejects.toMatchObject({ code: "forbidden" });
  await expect(removeOwnApp(stranger, { appId })).rejects.toMatchObject({ code: "not_found" });
  await expect(removeOwnApp(owner, { appId })).rejects.toMatchObject({ code: "precondition", detail: "own_app_used" });
  const path = await pathOf(org);
  expect(await say(own, path, own.appSecret)).toBe(200);
  await drain(org.id);
  await rows("update channels set status = 'disconnected' where org_id = $1 and app_id is not null", org.id);
  expect(await say(own, path, own.appSecret)).toBe(200); // waits to be split when the app goes
  const other = { ...own, wabaId: ours?.wabaId ?? "", phoneNumberId: ours?.phoneNumberId ?? "" };
  expect(await say(other, path, own.appSecret)).toBe(200);
  expect((await removeOwnApp(owner, { appId })).apps).toEqual([]);
  await expect(removeOwnApp(owner, { appId })).rejects.toMatchObject({ code: "not_found" });

  for (const secret of [own.appSecret, process.env.META_APP_SECRET ?? ""]) expect(await say(own, path, secret)).toBe(404); // house: a test plays the launcher
  const [endpoint] = await rows(
    "select secret_sealed, secret_previous_sealed, verify_token_sealed from intake_endpoints where org_id = $1",
    org.id,
  );
  expect(endpoint).toEqual({ secret_sealed: null, secret_previous_sealed: null, verify_token_sealed: null });
  while ((await splitDeliveries()).claimed > 0);
  const events = await rows("select state, cause from webhook_events where org_id = $1 order by id", org.id);
  expect(events).toEqual([
    { state: "processed", cause: null },
    { state: "quarantined", cause: "foreign" },
    { state: "quarantined", cause: "foreign" }, // an app that is gone speaks for nobody
  ]);
  expect(await rows("select app_id, status from channels where org_id = $1 order by status", org.id)).toEqual([
    { app_id: null, status: "connected" },
    { app_id: null, status: "disconnected" },
  ]);
  expect(await trail(org)).toEqual(["own_app.kept", "own_app.removed"]);
  const next = await firm();
  expect((await look(await connect(own, next))).state).toBe("done");
});

test("an endpoint that outlived its app is closed by the sweep", async () => {
  const own = await ownApp();
  const org = await firm();
  await connect(own, org);
  const path = await pathOf(org);
  await rows("update channels set status = 'disconnected' where org_id = $1", org.id);
  await rows("delete from own_apps where org_id = $1", org.id); // and here the process died
  expect(await say(own, path, own.appSecret)).toBe(200);
  await destroyPreviousSecrets();
  expect(await say(own, path, own.appSecret)).toBe(404);
});

test("strangers who make up addresses wait in a bounded number, and an address made a moment ago is known after one look", async () => {
  const own = await ownApp();
  const org = await firm();
  await deliver(said(own)); // endpoints are known, that one is not
  await connect(own, org);
  const ask = (path: string) =>
    receiveWebhook({ method: "GET", path, query: new URLSearchParams(), signature: undefined, raw: null }).then((a) => a.status);
  const many = await Promise.all(
    Array.from({ length: MOST_LOOKING + 50 }, (_, i) => ask(`/api/webhooks/whatsapp/t/nobody-has-made-this-${i}`)),
  );
  const count = (status: number) => many.filter((s) => s === status).length;
  expect([count(404), count(503)]).toEqual([MOST_LOOKING, 50]);
  expect(await ask(await pathOf(org))).toBe(403); // known, and shown no token
  expect(await ask("/api/webhooks/whatsapp/t/nobody-has-made-this-either")).toBe(404);
});
