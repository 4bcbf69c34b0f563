import { afterAll, beforeAll, expect, test } from "vitest";
import { applyAccountNews } from "@/lib/channels";
import type { CheckName } from "@/lib/channels/model";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { days } from "@/lib/kernel/time";
import { checkConnections, getConnections, getStanding } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { inTenantSql } from "@/lib/platform/sql";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import {
  advance,
  begin,
  closeAll,
  control,
  type Desk,
  goTo,
  metaSettings,
  report,
  type Signup,
  signup,
} from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
const HOOK = new URL("/api/webhooks/whatsapp", process.env.WEBHOOK_PUBLIC_URL).toString();
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, callbackUrl: HOOK, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, APP)); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close().catch(() => {}); // the last test has done it
  await closeAll();
});

interface Standing {
  desk: Desk;
  s: Signup;
  channelId: Id<"channel">;
}
/** A connected number that Meta thinks well of. */
async function goodNumber(): Promise<Standing> {
  const desk = await begin();
  const s = await signup({ flow: "new", verified: true });
  await report(desk, s);
  await advance(desk);
  await control("number", { phoneNumberId: s.phoneNumberId, nameStatus: "APPROVED", quality: "GREEN" });
  await control("waba", { wabaId: s.wabaId, verification: "verified" });
  const { numbers } = await getConnections(desk.ctx, { fresh: false });
  return { desk, s, channelId: asId("channel", numbers[0]?.id ?? "") };
}
const look = async ({ desk, channelId }: Standing) =>
  (await getConnections({ ...desk.ctx, now: new Date() }, { fresh: true, channelId })).numbers[0];
const failing = async (one: Standing) => (await look(one))?.checks.filter((c) => c.state === "fail").map((c) => c.cause);
const stateOf = async (one: Standing, check: CheckName) => (await look(one))?.checks.find((c) => c.check === check)?.state;
const historyOf = async ({ desk, channelId }: Standing) =>
  (await getStanding(desk.ctx, { channelId })).changes.map((c) => [c.what, c.source, c.from?.state, c.to.state, c.to.cause]);
const trailOf = async (org: MadeOrganisation, action: string) =>
  (
    await poolOf("owner").query("select detail from audit_entries where org_id = $1 and action = $2 order by seq", [
      org.id,
      action,
    ])
  ).rows;

test("a look is kept with its time, and says no secret; before it there is nothing", async () => {
  const one = await goodNumber();
  const before = await getStanding(one.desk.ctx, one);
  expect(before).toMatchObject({ number: { checkedAt: null, checks: [], lastCanaryAt: null, status: "connected" }, changes: [] });
  const number = await look(one);
  expect(number?.checks.filter((c) => c.state !== "pass").map((c) => [c.check, c.cause])).toEqual([
    ["payment", "not_told"],
    ["templates", "templates_unread"],
    ["inbound", "nothing_yet"],
  ]);
  const kept = await getConnections(one.desk.ctx, { fresh: false });
  expect(kept.numbers).toEqual([number]);
  expect(Date.now() - Date.parse(number?.checkedAt ?? "")).toBeLessThan(20_000);
  expect(JSON.stringify(kept)).not.toMatch(/EAA|appsecret/);
  expect(await historyOf(one)).toEqual([]);
});

test("each thing Meta may say against a number fails its check, and each change is written once", async () => {
  const one = await goodNumber();
  const { wabaId, phoneNumberId } = one.s;
  expect(await failing(one)).toEqual([]);
  const wrong: [string, object, string[]][] = [
    ["number", { phoneNumberId, quality: "RED" }, ["quality_low"]],
    ["number", { phoneNumberId, quality: "GREEN", nameStatus: "DECLINED" }, ["sending_limited", "name_declined"]],
    ["number", { phoneNumberId, nameStatus: "APPROVED", status: "RESTRICTED" }, ["number_limited"]],
    ["number", { phoneNumberId, status: "CONNECTED", platform: "ON_PREMISE" }, ["not_on_cloud"]],
    ["number", { phoneNumberId, platform: "CLOUD_API" }, []],
    ["waba", { wabaId, review: "PENDING" }, ["review_pending"]],
    ["waba", { wabaId, review: "APPROVED", verification: "not_verified" }, ["sending_limited", "unverified"]],
    ["waba", { wabaId, verification: "verified", unpaid: true }, ["sending_blocked", "payment_problem"]],
    ["waba", { wabaId, unpaid: false, subscribed: false }, ["not_subscribed"]],
    ["waba", { wabaId, subscribed: true, overrideUri: "https://elsewhere.test/hook" }, ["callback_elsewhere"]],
    ["waba", { wabaId, overrideUri: "" }, []],
    ["account", { field: "restriction", wabaId, value: "RESTRICTED_BIZ_INITIATED_MESSAGING" }, ["sending_limited"]],
    ["account", { field: "restriction", wabaId, value: "NONE" }, []],
    ["app", { fields: ["messages"] }, ["fields_missing"]],
  ];
  for (const [path, body, causes] of wrong) {
    await control(path, body);
    expect(await failing(one), `${path} ${JSON.stringify(body)}`).toEqual(causes);
  }
  await failing(one); // nothing new
  await control("app", {
    fields: [
      "messages",
      "message_template_status_update",
      "account_update",
      "account_review_update",
      "phone_number_name_update",
      "phone_number_quality_update",
    ],
  });
  const history = await historyOf(one);
  expect(history.filter(([what]) => what === "quality")).toEqual([
    ["quality", "check", "fail", "pass", null],
    ["quality", "check", "pass", "fail", "quality_low"],
  ]);
  expect(history.filter(([what]) => what === "fields")).toEqual([["fields", "check", "pass", "fail", "fields_missing"]]);
});

test("a dead token fails and leaves the rest unknown; one that may no longer read the account says so", async () => {
  const one = await goodNumber();
  await look(one);
  await control("tokens/revoke", { wabaId: one.s.wabaId });
  expect(await failing(one)).toEqual(["token_dead"]);
  expect(await stateOf(one, "quality")).toBe("unknown");
  expect(await historyOf(one)).toEqual([["token", "check", "pass", "fail", "token_dead"]]);
  await control("tokens/restore", { wabaId: one.s.wabaId });
  await control("partner", { event: "PARTNER_REMOVED", wabaId: one.s.wabaId });
  expect(await failing(one)).toEqual(["not_granted"]);
});

test("a number that Meta takes away, and one that stops, leave it in the history beside the checks", async () => {
  const one = await goodNumber();
  const ctx = systemCtx(one.desk.org.id, "test");
  await inTenantSql(ctx, (sql) =>
    applyAccountNews(sql, one.s.wabaId, { kind: "paused", reason: "ACCOUNT_OFFBOARDED", at: new Date(), channelId: null }),
  );
  await inTenantSql(ctx, (sql) =>
    applyAccountNews(sql, one.s.wabaId, { kind: "paused", reason: "ACCOUNT_OFFBOARDED", at: new Date(), channelId: null }),
  );
  await inTenantSql(systemCtx(one.desk.org.id, "test"), (sql) =>
    applyAccountNews(sql, one.s.wabaId, { kind: "back", reason: "ACCOUNT_RECONNECTED", at: new Date(), channelId: null }),
  );
  await control("tokens/expire", { wabaId: one.s.wabaId });
  await checkConnections(one.desk.org.id);
  const { changes, number } = await getStanding(one.desk.ctx, one);
  expect(number.status).toBe("needs_reconnect");
  expect(changes.map((c) => [c.what, c.source, c.from?.state, c.to.state, c.to.value])).toEqual([
    ["connection", "product", "connected", "needs_reconnect", "190"],
    ["connection", "provider", "needs_reconnect", "connected", "ACCOUNT_RECONNECTED"],
    ["connection", "provider", "connected", "needs_reconnect", "ACCOUNT_OFFBOARDED"],
  ]);
});

test("the nightly look warns once at 14, 7 and 1 days, of the token and of its access to data, and anew after a renewal", async () => {
  const one = await goodNumber();
  const { wabaId } = one.s;
  const { org } = one.desk;
  const end = Math.ceil(Date.now() / 1000) * 1000 + days(30);
  await control("tokens/expire", { wabaId, at: end });
  const nightAt = (left: number) => checkConnections(org.id, () => new Date(end - days(left)));
  for (const left of [29, 15, 13.9, 13, 8, 6.5, 6, 2, 0.9, 0.5]) await nightAt(left);
  const warned = async () => (await trailOf(org, "token.expiring")).map(({ detail }) => `${detail.kind} ${detail.days}`);
  expect(await warned()).toEqual(["token 14", "token 7", "token 1"]);
  const night = await getStanding(one.desk.ctx, one);
  expect(night.number.checks.find((c) => c.check === "token_expiry")).toMatchObject({
    state: "fail",
    cause: "expires_soon",
    fix: "renew",
    by: "admin",
    at: new Date(end).toISOString(),
  });
  expect(night.changes.map((c) => [c.what, c.to.cause])).toEqual([["token_expiry", "expires_soon"]]);
  await control("tokens/expire", { wabaId, at: end + days(60) });
  await control("tokens/expire", { wabaId, dataAccessAt: end + days(60) });
  // the night that was missed is not made up for: only the threshold crossed last is told
  for (const left of [5, 4.5]) await checkConnections(org.id, () => new Date(end + days(60) - days(left)));
  expect((await warned()).slice(3)).toEqual(["token 7", "data_access 7"]);
  const { rows } = await poolOf("owner").query("select count(*)::int as n from token_warnings where org_id = $1", [org.id]);
  expect(rows).toEqual([{ n: 5 }]);
});

test("strangers, lesser roles and the unknown get nothing; a look that began earlier changes nothing", async () => {
  const one = await goodNumber();
  await look(one);
  const stranger = await makeOrganisation({
    channels: [],
    users: [
      { name: "Olivia", role: "owner" },
      { name: "Lana", role: "lawyer" },
    ],
  });
  const ctx = ctxOf(stranger, "owner");
  for (const fresh of [true, false])
    await expect(getConnections(ctx, { fresh, channelId: one.channelId })).rejects.toMatchObject({ code: "not_found" });
  await expect(getStanding(ctx, one)).rejects.toMatchObject({ code: "not_found" });
  expect(await getConnections(ctx, { fresh: true })).toEqual({ numbers: [] });
  await expect(getConnections(ctxOf(stranger, "lawyer"), { fresh: false })).rejects.toMatchObject({ code: "forbidden" });
  const before = await getStanding(one.desk.ctx, one);
  await control("number", { phoneNumberId: one.s.phoneNumberId, quality: "RED" });
  await getConnections({ ...one.desk.ctx, now: new Date(0) }, { fresh: true });
  expect(await getStanding(one.desk.ctx, one)).toEqual(before);
  const [a, b] = await Promise.all([look(one), look(one)]);
  expect([a?.checks.length, b?.checks.length]).toEqual([18, 18]);
  expect((await historyOf(one)).length).toBe(1);
});

test("a provider that is away fails nothing, stops nothing and changes no history; afterwards the old state still counts", async () => {
  const one = await goodNumber();
  await look(one);
  await sandbox.close();
  const checks = (await look(one))?.checks ?? [];
  expect(checks.filter((c) => c.state === "fail")).toEqual([]);
  expect(checks.find((c) => c.check === "quality")).toMatchObject({ state: "unknown", cause: "unreached", fix: "check_later" });
  await checkConnections(one.desk.org.id);
  expect(await getStanding(one.desk.ctx, one)).toMatchObject({ number: { status: "connected" }, changes: [] });
  const { rows } = await poolOf("owner").query(
    "select known_state, known_value from number_checks where org_id = $1 and check_name = 'quality'",
    [one.desk.org.id],
  );
  expect(rows).toEqual([{ known_state: "pass", known_value: "GREEN" }]);
});
