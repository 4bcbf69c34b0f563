import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyAccountNews } from "@/lib/channels";
import { findSession, openSession, switchOrganisation } from "@/lib/identity";
import { listMessages, replyToConversation, resendMessage } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { minutes } from "@/lib/kernel/time";
import { checkConnections, disconnectNumber, getDisconnectPreview, getNumbers, getStanding } from "@/lib/onboarding";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { inTenantSql } from "@/lib/platform/sql";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeChannel, makeOrganisation } from "@/lib/testing/factory";
import { advance, begin, callsOn, closeAll, control, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import {
  type Connected,
  channelOf,
  connect,
  endOf,
  fresh,
  leave,
  people,
  rows,
  sweep,
  trailOf,
  unsubscribed,
} from "@/lib/testing/leaving";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, APP)); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});

const chat = ({ desk, s, channelId }: Connected) =>
  makeChat(
    desk.org.id,
    { id: channelId, wabaId: s.wabaId, phoneNumberId: s.phoneNumberId, displayPhone: "15550001111", accessToken: "x" },
    { phone: "628123456701", name: "Yulia", lines: [{ from: "client", ago: 3, text: "Halo" }] },
  );
const write = ({ desk }: Connected, conversationId: Id<"conversation">, text: string) =>
  replyToConversation({ ...desk.ctx, now: new Date() }, { conversationId, requestId: randomUUID(), text });

test("a number is disconnected: who, when and why are kept, Meta is told once, the token is destroyed and the PIN is not", async () => {
  const one = await connect();
  await leave(one, "Pindah ke nomor baru");
  expect(await channelOf(one)).toEqual({ status: "disconnected", status_reason: "admin", token: true, pin: true });
  const standing = await getStanding(one.desk.ctx, one);
  expect(standing).toMatchObject({
    left: { by: "Olivia", reason: "Pindah ke nomor baru", provider: "due", at: expect.any(String) },
    changes: [{ what: "connection", source: "person", from: { state: "connected" }, to: { state: "disconnected" } }],
  });
  expect((await getNumbers(one.desk.ctx)).numbers[0]?.left).toEqual(standing.left);
  await Promise.all([sweep(one), sweep(one)]);
  await sweep(one);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([1, "done"]);
  expect(await channelOf(one)).toEqual({ status: "disconnected", status_reason: "admin", token: false, pin: true });
  const [entry] = await trailOf(one.desk.org, "channel.disconnected");
  expect(entry).toMatchObject({ actor: "user", detail: { by: "person", unsent: 0, journeys: 0 } });
  expect(JSON.stringify(entry)).not.toContain("Pindah");
  const [row] = await rows("select id, reason_sealed from disconnections where channel_id = $1", [one.channelId]);
  expect(row.reason_sealed.includes("Pindah")).toBe(false);
  const vouched = (await orgKeys(one.desk.org.id)).audit.hmac(`disconnection.reason.${row.id}`).digest("Pindah ke nomor baru");
  expect(entry.detail).toMatchObject({ disconnection: row.id, reasonDigest: vouched.toString("hex") });
  expect(await trailOf(one.desk.org, "token.destroyed")).toMatchObject([{ actor: "system", detail: { end: "done" } }]);
});

test("twice is harmless, and so is both at once", async () => {
  const one = await connect();
  await Promise.all([leave(one), leave(one)]);
  await leave(one);
  expect(await trailOf(one.desk.org, "channel.disconnected")).toHaveLength(1);
  expect(await rows("select 1 from disconnections where channel_id = $1", [one.channelId])).toHaveLength(1);
});

test("a stranger finds no such number, a lesser role may not, and neither may a password that was checked too long ago", async () => {
  const [one, other] = [await connect(), await makeOrganisation({ users: people })];
  const named = { channelId: one.channelId, reason: "x" };
  await expect(disconnectNumber(fresh(ctxOf(other, "owner")), named)).rejects.toMatchObject({ code: "not_found" });
  await expect(getDisconnectPreview(ctxOf(other, "owner"), named)).rejects.toMatchObject({ code: "not_found" });
  await expect(disconnectNumber(fresh(ctxOf(one.desk.org, "agent")), named)).rejects.toMatchObject({ code: "forbidden" });
  await expect(getDisconnectPreview(ctxOf(one.desk.org, "agent"), named)).rejects.toMatchObject({ code: "forbidden" });
  const stale = { code: "precondition", detail: "fresh_authentication" };
  const ago = (ms: number) => ({ ...one.desk.ctx, now: new Date(), authenticatedAt: new Date(Date.now() - ms) });
  for (const ctx of [one.desk.ctx, ago(minutes(10)), systemCtx(one.desk.org.id, "test")])
    await expect(disconnectNumber(ctx, named)).rejects.toMatchObject(stale);
  expect((await getDisconnectPreview(ago(minutes(10)), named)).fresh).toBe(false);
  expect((await getDisconnectPreview(ago(minutes(9)), named)).fresh).toBe(true);
  expect(await channelOf(one)).toMatchObject({ status: "connected" });
  await disconnectNumber(ago(minutes(9)), named);
  expect(await channelOf(one)).toMatchObject({ status: "disconnected" });
});

test("what waits is not sent and says why, what is on its way comes to its own end, and nothing new is taken", async () => {
  const one = await connect();
  const { conversationId } = await chat(one);
  const [flying, queued, held] = [
    await write(one, conversationId, "satu"),
    await write(one, conversationId, "dua"),
    await write(one, conversationId, "tiga"),
  ];
  const put = (id: string, state: string, more = "") =>
    rows(`update outbox set state = $2 ${more} where message_id = $1`, [id, state]);
  await put(flying.id, "dispatching", ", fence = 7, lease_until = now() + interval '1 hour'");
  await put(queued.id, "queued");
  expect(await getDisconnectPreview(one.desk.ctx, one)).toMatchObject({
    waiting: 2,
    inAir: 1,
    conversations: 1,
    accountStays: false,
    pastRunning: false,
    fresh: false,
  });
  await leave(one);
  const shown = async () => {
    const { items } = await listMessages({ ...one.desk.ctx, now: new Date() }, { conversationId });
    return items.filter((m) => m.direction === "out").map((m) => [m.state, m.failure?.reason ?? null, m.can.resend]);
  };
  const lost = ["failed", "number_disconnected", true];
  expect(await shown()).toEqual([["sending", null, false], lost, lost]);
  await expect(write(one, conversationId, "empat")).rejects.toMatchObject({
    code: "precondition",
    detail: "number_disconnected",
  });
  const again = { messageId: asId("message", held.id), requestId: randomUUID() };
  await expect(resendMessage(one.desk.ctx, again)).rejects.toMatchObject({ detail: "number_disconnected" });
  await sweep(one);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([0, "due"]);
  await put(flying.id, "queued", ", lease_until = null"); // the provider said "later"
  await rows("update disconnections set due_at = now() where channel_id = $1", [one.channelId]);
  await sweep(one);
  expect(await shown()).toEqual([lost, lost, lost]);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([1, "done"]);
});

test("what comes back to wait while the last are being ended is ended as well", async () => {
  const one = await connect();
  const [here, there] = [await chat(one), await chat(one)];
  const [flying, queued] = [await write(one, here.conversationId, "satu"), await write(one, there.conversationId, "dua")];
  const put = (id: string, state: string, lease = "null") =>
    rows(`update outbox set state = $2, fence = 7, lease_until = ${lease} where message_id = $1`, [id, state]);
  await put(flying.id, "dispatching", "now() + interval '1 hour'");
  await leave(one);
  await put(queued.id, "queued");
  const other = await poolOf("owner").connect();
  await other.query(`begin; select 1 from outbox where message_id = '${queued.id}' for update`);
  const sweeping = sweep(one); // waits for that row
  await expect
    .poll(
      async () =>
        (await rows("select 1 from pg_stat_activity where query like '%gone as (%' and wait_event_type = 'Lock'", [])).length,
    )
    .toBe(1);
  await put(flying.id, "queued"); // the provider said "later"
  await other.query("commit").finally(() => other.release());
  await sweeping;
  await rows("update disconnections set due_at = now() where channel_id = $1 and state = 'due'", [one.channelId]);
  await sweep(one);
  expect(await rows("select state from outbox where channel_id = $1", [one.channelId])).toEqual([
    { state: "rejected" },
    { state: "rejected" },
  ]);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([1, "done"]);
});

test("a reply that is being written while the number goes is either ended with the rest or refused", async () => {
  const one = await connect();
  const { conversationId } = await chat(one);
  const all = await Promise.allSettled([
    ...Array.from({ length: 6 }, (_, i) => write(one, conversationId, `${i}`)),
    leave(one),
    ...Array.from({ length: 6 }, (_, i) => write(one, conversationId, `b${i}`)),
  ]);
  for (const result of all)
    if (result.status === "rejected") expect(result.reason).toMatchObject({ detail: "number_disconnected" });
  const left = await rows("select state from outbox where channel_id = $1 and state in ('held', 'queued')", [one.channelId]);
  expect(left).toEqual([]);
});

test("while another number of the account is connected, here or elsewhere, Meta goes on telling us of it", async () => {
  for (const elsewhere of [false, true]) {
    const one = await connect();
    const org = elsewhere ? await makeOrganisation({ channels: [], users: people }) : one.desk.org;
    await makeChannel(org.id, await orgKeys(org.id), { wabaId: one.s.wabaId });
    expect(await getDisconnectPreview(one.desk.ctx, one)).toMatchObject({ accountStays: true });
    await leave(one);
    await sweep(one);
    expect([await unsubscribed(one), await endOf(one), (await channelOf(one)).token]).toEqual([0, "kept", false]);
  }
});

test("a dead token has nothing left to end", async () => {
  const dead = await connect();
  await control("tokens/revoke", { wabaId: dead.s.wabaId });
  await leave(dead);
  await sweep(dead);
  expect([await unsubscribed(dead), await endOf(dead), (await channelOf(dead)).token]).toEqual([0, "no_access", false]);
});

test("neither the night nor Meta's news brings a disconnected number back", async () => {
  const one = await connect();
  await leave(one);
  await sweep(one);
  await checkConnections(one.desk.org.id);
  const news = { kind: "back", reason: "ACCOUNT_RECONNECTED", at: new Date(), channelId: null } as const;
  await inTenantSql(systemCtx(one.desk.org.id, "test"), (sql) => applyAccountNews(sql, one.s.wabaId, news));
  expect(await channelOf(one)).toMatchObject({ status: "disconnected", status_reason: "admin" });
  expect((await callsOn(one.s)).filter((call) => call.startsWith("subscribe"))).toHaveLength(1);
});

test("connected again the number is the same one, with its past, and sends; what was left to tell is dropped", async () => {
  const one = await connect();
  const { conversationId } = await chat(one);
  await leave(one);
  const again = { ...(await begin("new", one.desk.org)), org: one.desk.org };
  const s = await signup({ flow: "new", businessId: one.s.businessId, wabaId: one.s.wabaId, phoneNumberId: one.s.phoneNumberId });
  await report(again, s);
  await advance(again);
  expect(asId("channel", (await look(again)).channelId ?? "")).toBe(one.channelId);
  expect(await channelOf(one)).toEqual({ status: "connected", status_reason: null, token: true, pin: true });
  await sweep(one);
  expect([await unsubscribed(one), await endOf(one)]).toEqual([0, "undone"]);
  expect((await getStanding(one.desk.ctx, one)).left).toBeNull();
  await write(one, conversationId, "kami kembali");
  const { items } = await listMessages({ ...one.desk.ctx, now: new Date() }, { conversationId });
  expect(items.map((m) => m.state)).toEqual(["received", "held"]);
});

test("a journey that is connecting this number ends with it, one of another number goes on", async () => {
  const one = await connect();
  const [same, other] = [await begin("new", one.desk.org), await begin("new", one.desk.org)];
  await report(
    same,
    await signup({ flow: "new", businessId: one.s.businessId, wabaId: one.s.wabaId, phoneNumberId: one.s.phoneNumberId }),
  );
  await leave(one);
  await advance(same);
  expect((await look(same)).state).toBe("cancelled");
  expect((await look(other)).state).toBe("open");
  expect(await channelOf(one)).toMatchObject({ status: "disconnected" });
});

test("another organisation connects the number by its own proof, and sees nothing of the first", async () => {
  const one = await connect();
  await chat(one);
  await leave(one, "Rahasia dapur");
  await sweep(one);
  const order = { flow: "new", businessId: one.s.businessId, wabaId: one.s.wabaId, phoneNumberId: one.s.phoneNumberId };
  const next = await connect(undefined, order);
  expect(next.channelId).not.toBe(one.channelId);
  expect(await channelOf(next)).toMatchObject({ status: "connected" });
  const seen = JSON.stringify([await getNumbers(next.desk.ctx), await getStanding(next.desk.ctx, next)]);
  for (const secret of ["Rahasia", one.channelId, "Olivia"]) expect(seen).not.toContain(secret);
  expect((await getDisconnectPreview(next.desk.ctx, next)).conversations).toBe(0);
});

test("a session that moved to another organisation is as old as it was", async () => {
  const [here, there] = [await makeOrganisation({ users: people }), await makeOrganisation({ users: people })];
  const user = here.users[0] ?? (null as never);
  await rows("insert into memberships (org_id, user_id, role) values ($1, $2, 'owner')", [there.id, user.id]);
  const secret = await openSession(user.id, "x", new Date(Date.now() - minutes(11)));
  const moved = await switchOrganisation({ ...ctxOf(here, "owner"), now: new Date() }, { secret, organisationId: there.id });
  const ctx = await findSession(moved, "r", new Date());
  if (!ctx) throw new Error("no session");
  const named = { channelId: there.channels[0]?.id ?? (null as never), reason: "x" };
  await expect(disconnectNumber(ctx, named)).rejects.toMatchObject({ detail: "fresh_authentication" });
});
