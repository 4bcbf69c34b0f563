import { randomInt, randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listConversations, listMessages, replyToConversation, resendMessage, undoReply } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { dispatchDueMessages, findMessageRow, lastDispatchRound, sweepSettling } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { closeHttp } from "@/lib/platform/http";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { listApproved, syncTemplates } from "@/lib/templates";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { drain, readyIntake } from "@/lib/testing/webhooks";
import { webhookListener } from "@/lib/webhooks/intake";
import { type Sandbox, startSandbox } from "@/sandbox/server";

let sandbox: Sandbox;
let receiver: http.Server;
const CLIENT = "6281234500101";

beforeAll(async () => {
  receiver = http.createServer(webhookListener((_req, res) => res.writeHead(404).end()));
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/webhooks/whatsapp`;
  // the outside world's address is the one thing these tests choose themselves
  process.env.APP_ENV = "development"; // house: a test plays the launcher
  sandbox = await startSandbox({
    port: 0,
    state: { app: { id: "5", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" }, callbackUrl, businesses: [] },
    retryMs: [0, 20, 50],
    tune: { latencyMs: [0, 2], sentMs: [1, 10], deliveredMs: [1, 20] },
  });
  process.env.META_GRAPH_URL = sandbox.origin;
  process.env.OUTBOX_UNKNOWN_SECONDS = "1";
  env();
  await readyIntake();
});
afterAll(async () => {
  await sandbox.close();
  receiver.closeAllConnections();
  receiver.close();
  await Promise.all([closeJobs(), closeHttp()]);
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

const control = async (path: string, body?: unknown, method = "POST") =>
  (
    await fetch(`${sandbox.origin}/_control/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    })
  ).json();

interface Stage {
  org: MadeOrganisation;
  conversationId: Id<"conversation">;
  channelId: Id<"channel">;
  phoneNumberId: string;
}
async function stage(plan: { undoSeconds?: number; ago?: number } = {}): Promise<Stage> {
  const org = await makeOrganisation({
    undoSeconds: plan.undoSeconds ?? 0,
    users: [
      { name: "Olivia", role: "owner" },
      { name: "Lana", role: "lawyer" },
    ],
  });
  const channel = org.channels[0];
  if (!channel) throw new Error("no channel");
  await control("businesses", { ...channel, name: org.name });
  const ago = plan.ago ?? 5;
  const chat = await makeChat(org.id, channel, {
    phone: CLIENT,
    name: "Kartika",
    lines: [{ from: "client", text: "Halo", ago }],
  });
  if (ago < 1440) await control("inbound", { phoneNumberId: channel.phoneNumberId, from: CLIENT, type: "text", text: "buka" });
  await drain(org.id);
  return { org, conversationId: chat.conversationId, channelId: channel.id, phoneNumberId: channel.phoneNumberId };
}
/** Another client's chat on the same number. */
async function secondChat(s: Stage): Promise<Stage> {
  const channel = s.org.channels[0];
  if (!channel) throw new Error("no channel");
  const chat = await makeChat(s.org.id, channel, {
    phone: `62${newDigits()}`,
    name: "Bima",
    lines: [{ from: "client", text: "Halo", ago: 5 }],
  });
  return { ...s, conversationId: chat.conversationId };
}
const newDigits = () => String(randomInt(1e9, 1e10));
const dispatch = (s: Stage) => dispatchDueMessages(systemCtx(s.org.id, "test"), { channelId: s.channelId });
const reply = (s: Stage, text: string, requestId = randomUUID() as string) =>
  replyToConversation(ctxOf(s.org, "lawyer"), { conversationId: s.conversationId, requestId, text });
const sendsOf = async (s: Stage): Promise<{ tag: string; text: string; wamid: string }[]> =>
  (await (await fetch(`${sandbox.origin}/_control/ledger?since=0&kind=send`)).text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((line) => line.kind === "send" && line.phoneNumberId === s.phoneNumberId);
async function shown(s: Stage, messageId: string) {
  const page = await listMessages(ctxOf(s.org, "owner"), { conversationId: s.conversationId });
  return page.items.find((m) => m.id === messageId);
}
async function until(s: Stage, messageId: string, states: string[]) {
  for (let i = 0; i < 100; i++) {
    await drain(s.org.id);
    const message = await shown(s, messageId);
    if (message && states.includes(message.state)) return message;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`never ${states.join()}: ${(await shown(s, messageId))?.state}`);
}
const outboxOf = async (messageId: string) =>
  (await poolOf("owner").query("select * from outbox where message_id = $1", [messageId])).rows[0];

test("a reply goes out once and walks to delivered; the trail and the row know", async () => {
  const s = await stage();
  const message = await reply(s, "Selamat siang");
  expect(message).toMatchObject({ state: "queued", direction: "out", author: { name: "Lana" } });
  await dispatch(s);
  await until(s, message.id, ["delivered"]);
  await dispatch(s);
  const sends = await sendsOf(s);
  expect(sends.map((x) => [x.text, x.tag])).toEqual([["Selamat siang", (await outboxOf(message.id)).id]]);
  const [row] = (await listConversations(ctxOf(s.org, "owner"), { view: "all" })).items;
  expect(row?.preview).toMatchObject({ text: "Selamat siang", direction: "out", state: "delivered" });
  const { rows } = await poolOf("owner").query("select action from audit_entries where org_id = $1 order by seq", [s.org.id]);
  expect(rows.map((r) => r.action)).toContain("message.written");
});

test("the same request id is the same message", async () => {
  const s = await stage();
  const requestId = randomUUID();
  const [a, b, c] = await Promise.all([
    reply(s, "sekali", requestId),
    reply(s, "sekali", requestId),
    reply(s, "sekali", requestId),
  ]);
  expect(new Set([a.id, b.id, c.id]).size).toBe(1);
  await dispatch(s);
  expect((await sendsOf(s)).length).toBe(1);
});

test("undo inside the hold: the provider got nothing, the text comes back, the row shows what stands", async () => {
  const s = await stage({ undoSeconds: 5 });
  const message = await reply(s, "salah kirim");
  expect(message.state).toBe("held");
  await dispatch(s);
  expect(await undoReply(ctxOf(s.org, "lawyer"), { messageId: asId("message", message.id) })).toMatchObject({
    text: "salah kirim",
    message: { state: "cancelled" },
  });
  await poolOf("owner").query("update outbox set release_at = now() - interval '1 second' where message_id = $1", [message.id]);
  await dispatch(s);
  expect(await sendsOf(s)).toEqual([]);
  expect(await shown(s, message.id)).toBeUndefined();
  const [row] = (await listConversations(ctxOf(s.org, "owner"), { view: "all" })).items;
  expect(row?.preview).toMatchObject({ direction: "in" });
  await expect(undoReply(ctxOf(s.org, "lawyer"), { messageId: asId("message", message.id) })).rejects.toMatchObject({
    code: "precondition",
    detail: "not_held",
  });
});

test("only its author may take a reply back: nobody else is offered it or given the text", async () => {
  const s = await stage({ undoSeconds: 5 });
  const message = await reply(s, "punya saya");
  expect(message.can.undo).toBe(true);
  expect((await shown(s, message.id))?.can.undo).toBe(false);
  await expect(undoReply(ctxOf(s.org, "owner"), { messageId: asId("message", message.id) })).rejects.toMatchObject({
    code: "forbidden",
    detail: "not_author",
  });
  expect((await outboxOf(message.id)).state).toBe("held");
});

test("outside the window a text is refused, at writing and at claim", async () => {
  const closed = await stage({ ago: 25 * 60 });
  await expect(reply(closed, "terlambat")).rejects.toMatchObject({ code: "precondition", detail: "window_closed" });
  const s = await stage();
  const message = await reply(s, "nyaris");
  await poolOf("owner").query("update conversations set last_inbound_at = now() - interval '25 hours' where org_id = $1", [
    s.org.id,
  ]);
  await dispatch(s);
  expect(await sendsOf(s)).toEqual([]);
  expect(await shown(s, message.id)).toMatchObject({ state: "failed", failure: { reason: "window_closed" } });
});

test("an approved template with variables goes out when the window is closed; a wrong one names its variable", async () => {
  const s = await stage({ ago: 30 * 60 });
  expect((await syncTemplates(ctxOf(s.org, "owner"))).count).toBeGreaterThan(3);
  const { items } = await listApproved(ctxOf(s.org, "lawyer"), {});
  expect(items.length).toBeGreaterThan(2);
  const template = items.find((t) => t.variables.length > 1);
  if (!template) throw new Error("no template with variables");
  const send = (variables: Record<string, string>) =>
    replyToConversation(ctxOf(s.org, "lawyer"), {
      conversationId: s.conversationId,
      requestId: randomUUID(),
      template: { id: asId("template", template.id), variables },
    });
  await expect(send({})).rejects.toMatchObject({ code: "invalid", fields: { [template.variables[0]?.key ?? ""]: "required" } });
  const message = await send(Object.fromEntries(template.variables.map((v) => [v.key, `nilai ${v.key}`])));
  await dispatch(s);
  await until(s, message.id, ["delivered", "read"]);
  expect((await sendsOf(s)).length).toBe(1);
  await poolOf("owner").query("update templates set status = 'PAUSED' where org_id = $1", [s.org.id]);
  await expect(send(Object.fromEntries(template.variables.map((v) => [v.key, "x"])))).rejects.toMatchObject({
    detail: "template_not_approved",
  });
});

test("an answer that was lost is settled by the receipt's tag, and never sent again", async () => {
  const s = await stage();
  await control("faults", {
    seed: 1,
    rules: [{ on: "send", kind: "lost-answer", p: 1, phoneNumberId: s.phoneNumberId, ms: 200, times: 1 }],
  });
  const message = await reply(s, "hilang jawabannya");
  await dispatch(s);
  await until(s, message.id, ["delivered", "read"]);
  await control("faults", undefined, "DELETE");
  await dispatch(s);
  expect((await sendsOf(s)).length).toBe(1);
  expect((await outboxOf(message.id)).state).toBe("accepted");
});

test("an outcome nobody can tell goes to a person; their resend is a new message", async () => {
  const s = await stage();
  await control("faults", { seed: 1, rules: [{ on: "send", kind: "reset-before", p: 1, phoneNumberId: s.phoneNumberId }] });
  const message = await reply(s, "entah");
  await dispatch(s);
  expect((await outboxOf(message.id)).state).toBe("unknown");
  await control("faults", undefined, "DELETE");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await sweepSettling();
  expect(await shown(s, message.id)).toMatchObject({ state: "needs_review", can: { resend: true } });
  await dispatch(s);
  expect(await sendsOf(s)).toEqual([]);
  const requestId = randomUUID();
  const press = (id: string) => resendMessage(ctxOf(s.org, "lawyer"), { messageId: asId("message", message.id), requestId: id });
  const presses = await Promise.allSettled([press(requestId), press(requestId), press(randomUUID())]);
  const sentAgain = presses.flatMap((p) => (p.status === "fulfilled" ? [p.value.id] : []));
  expect(new Set(sentAgain).size).toBe(1); // two people, or one impatient one: one message
  const again = { id: sentAgain[0] ?? "" };
  expect(await shown(s, message.id)).toMatchObject({ state: "needs_review", can: { resend: false }, resent: true });
  await poolOf("owner").query("update messages set failed_at = now() where id = $1", [again.id]);
  expect(await shown(s, message.id)).toMatchObject({ can: { resend: true }, resent: false }); // its certain failure allows another
  await poolOf("owner").query("update messages set failed_at = null where id = $1", [again.id]);
  await dispatch(s);
  await until(s, again.id, ["delivered"]);
  expect((await sendsOf(s)).length).toBe(1);
});

test("a worker that died in the call leaves an unknown, not a resend", async () => {
  const s = await stage();
  const message = await reply(s, "mati di tengah");
  await poolOf("owner").query(
    "update outbox set state = 'dispatching', attempts = 1, fence = nextval('fences'), lease_until = now() - interval '1 second' where message_id = $1",
    [message.id],
  );
  await sweepSettling();
  expect((await outboxOf(message.id)).state).toBe("unknown");
  await dispatch(s);
  expect(await sendsOf(s)).toEqual([]);
});

test("a throttled number pauses and goes on; nothing is sent twice", async () => {
  const s = await stage();
  await control("faults", { seed: 1, rules: [{ on: "send", kind: "429", p: 1, phoneNumberId: s.phoneNumberId, times: 1 }] });
  const message = await reply(s, "pelan-pelan");
  await dispatch(s);
  expect((await outboxOf(message.id)).state).toBe("queued");
  await control("faults", undefined, "DELETE");
  await poolOf("owner").query("update channel_pace set paused_until = null, tokens = 5 where org_id = $1", [s.org.id]);
  await dispatch(s);
  await until(s, message.id, ["delivered"]);
  expect((await sendsOf(s)).length).toBe(1);
});

test("a refused token stops the number and keeps its queue", async () => {
  const s = await stage();
  await control("tokens/revoke", { accessToken: s.org.channels[0]?.accessToken });
  const message = await reply(s, "menunggu");
  await dispatch(s);
  expect((await outboxOf(message.id)).state).toBe("queued");
  const { rows } = await poolOf("owner").query("select status from channels where org_id = $1", [s.org.id]);
  expect(rows[0].status).toBe("needs_reconnect");
});

test("a token that does not open stops the number and keeps its queue, and nobody is called", async () => {
  const s = await stage();
  const message = await reply(s, "menunggu juga");
  await poolOf("owner").query(
    "update channels set access_token_sealed = overlay(access_token_sealed placing '\\x0000'::bytea from 40) where org_id = $1",
    [s.org.id],
  );
  expect(await dispatch(s)).toBeNull();
  await dispatch(s);
  expect((await outboxOf(message.id)).state).toBe("queued");
  expect(await sendsOf(s)).toEqual([]);
  const { rows } = await poolOf("owner").query("select status from channels where org_id = $1", [s.org.id]);
  expect(rows[0].status).toBe("needs_reconnect");
  const trail = await poolOf("owner").query("select 1 from audit_entries where org_id = $1 and action = 'channel.stopped'", [
    s.org.id,
  ]);
  expect(trail.rowCount).toBe(1);
});

test.each([
  ["body", "update messages set body_sealed = overlay(body_sealed placing '\\x00'::bytea from 40) where id = $1"],
  [
    "contact",
    `update contact_identities i set value_sealed = overlay(value_sealed placing '\\x0000'::bytea from 40) from messages m, conversations c
      where m.id = $1 and c.id = m.conversation_id and i.contact_id = c.contact_id and i.kind = 'phone'`,
  ],
])("a row whose %s does not open is rejected alone; the others go out", async (_what, spoil) => {
  const s = await stage();
  const other = await secondChat(s);
  const broken = await reply(s, "rusak");
  const good = await reply(other, "utuh");
  await poolOf("owner").query(spoil, [broken.id]);
  await dispatch(s);
  expect((await sendsOf(s)).map((x) => x.text)).toEqual(["utuh"]);
  expect((await outboxOf(good.id)).state).toBe("accepted");
  expect((await outboxOf(broken.id)).state).toBe("rejected");
  const { rows } = await poolOf("owner").query("select failure_reason from messages where id = $1", [broken.id]);
  expect(rows[0].failure_reason).toBe("other");
});

test("a round that fails still shows that the worker is alive", async () => {
  const before = lastDispatchRound();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const gone = systemCtx(newId("organisation"), "test"); // has no keys: the round fails before its first row
  await expect(dispatchDueMessages(gone, { channelId: newId("channel") })).rejects.toThrow();
  expect(lastDispatchRound()).toBeGreaterThan(before);
});

test("two dispatchers at once send each message once, one at a time per conversation, in the order written", async () => {
  const s = await stage();
  for (let i = 0; i < 6; i++) await reply(s, `urutan ${i}`);
  await Promise.all([dispatch(s), dispatch(s), dispatch(s)]);
  await dispatch(s);
  expect((await sendsOf(s)).map((x) => x.text)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `urutan ${i}`));
});

test("a stranger's tenant finds nothing, a lesser role may not", async () => {
  const [s, other] = [await stage(), await stage()];
  const message = await reply(s, "rahasia");
  const stranger = ctxOf(other.org, "owner");
  const lesser = { ...ctxOf(s.org, "lawyer"), permissions: new Set<string>() };
  const input = { conversationId: s.conversationId, requestId: randomUUID(), text: "x" };
  const ids = { messageId: asId("message", message.id), requestId: randomUUID() };
  await expect(replyToConversation(stranger, input)).rejects.toMatchObject({ code: "not_found" });
  await expect(undoReply(stranger, ids)).rejects.toMatchObject({ code: "not_found" });
  await expect(resendMessage(stranger, ids)).rejects.toMatchObject({ code: "not_found" });
  for (const attempt of [replyToConversation(lesser, input), undoReply(lesser, ids), resendMessage(lesser, ids)]) {
    await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
  }
  expect(await inTenantSql(stranger, (sql) => findMessageRow(sql, ids.messageId))).toBeNull();
});
