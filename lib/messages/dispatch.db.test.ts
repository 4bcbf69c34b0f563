import { randomInt, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replyToConversation } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { dispatchDueMessages, finishDispatching, startDispatch } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { closeHttp } from "@/lib/platform/http";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { type Sandbox, startSandbox } from "@/sandbox/server";

let sandbox: Sandbox;
const owner = () => poolOf("owner");

beforeAll(async () => {
  process.env.APP_ENV = "development"; // house: a test plays the launcher
  sandbox = await startSandbox({
    port: 0,
    state: {
      app: { id: "5", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" },
      callbackUrl: "http://127.0.0.1:9/", // nobody listens: receipts are not this file's matter
      businesses: [],
    },
    retryMs: [],
    tune: { latencyMs: [0, 2], sentMs: [1, 10], deliveredMs: [1, 20] },
  });
  process.env.META_GRAPH_URL = sandbox.origin;
  env();
});
afterAll(async () => {
  await sandbox.close();
  await Promise.all([closeJobs(), closeHttp()]);
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

const control = async (path: string, body: unknown, method = "POST") =>
  (
    await fetch(`${sandbox.origin}/_control/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
  ).json();

/** A number with clients, each in a conversation of their own. */
async function stage(clients: number) {
  const org = await makeOrganisation({ undoSeconds: 0, users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  await control("businesses", { ...channel, name: org.name });
  const chats: { phone: string; conversationId: Id<"conversation"> }[] = [];
  for (let i = 0; i < clients; i++) {
    const phone = `62${randomInt(1e9, 1e10)}`;
    const lines = [{ from: "client" as const, text: "Halo", ago: 5 }];
    chats.push({ phone, conversationId: (await makeChat(org.id, channel, { phone, name: "Bima", lines })).conversationId });
    await control("inbound", { phoneNumberId: channel.phoneNumberId, from: phone, type: "text", text: "buka" });
  }
  const reply = (i: number, text = "halo") => {
    const conversationId = chats[i]?.conversationId;
    if (!conversationId) throw new Error("no such client");
    return replyToConversation(ctxOf(org, "lawyer"), { conversationId, requestId: randomUUID(), text });
  };
  const states = async () => {
    const { rows } = await owner().query(
      "select state, count(*)::int as n, sum(attempts)::int as attempts from outbox where org_id = $1 group by state",
      [org.id],
    );
    return {
      of: Object.fromEntries(rows.map((r) => [r.state, r.n])) as Record<string, number>,
      attempts: rows.reduce((n: number, r) => n + r.attempts, 0) as number,
    };
  };
  const pace = async () =>
    (
      await owner().query(
        "select failures, breaker_trips, extract(epoch from breaker_until - now())::float8 as left from channel_pace where org_id = $1",
        [org.id],
      )
    ).rows[0];
  const fault = (rule: object) =>
    control("faults", { seed: 1, rules: [{ on: "send", p: 1, phoneNumberId: channel.phoneNumberId, ...rule }] });
  const dispatch = () => dispatchDueMessages(systemCtx(org.id, "test"), { channelId: channel.id });
  return { org, channel, chats, reply, states, pace, fault, dispatch };
}
const stateOf = async (id: string) => (await owner().query("select state from outbox where message_id = $1", [id])).rows[0].state;
async function until(what: () => Promise<boolean>, ms: number) {
  const end = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > end) throw new Error("it did not come to that in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a call that hangs holds up its own conversation, not its number", async () => {
  const s = await stage(2);
  await s.fault({ kind: "delay", ms: 4000, to: s.chats[0]?.phone });
  const [slow, next] = [await s.reply(0, "lambat"), await s.reply(0, "sesudahnya")];
  startDispatch(s.org.id, s.channel.id);
  await until(async () => (await stateOf(slow.id)) === "dispatching", 2000);
  const others = [await s.reply(1, "satu"), await s.reply(1, "dua")];
  startDispatch(s.org.id, s.channel.id); // the ring of a reply, while the number is busy
  for (const { id } of others) await until(async () => (await stateOf(id)) === "accepted", 2000);
  expect([await stateOf(slow.id), await stateOf(next.id)]).toEqual(["dispatching", "queued"]);
  await until(async () => (await stateOf(next.id)) === "accepted", 12_000);
});

test("never more than twenty are in the air, and all arrive", async () => {
  const s = await stage(26);
  await s.fault({ kind: "delay", ms: 300 });
  await owner().query("update channel_pace set burst = 100, tokens = 100 where org_id = $1", [s.org.id]);
  for (let i = 0; i < 26; i++) await s.reply(i);
  let most = 0;
  let over = false;
  const watch = until(async () => {
    most = Math.max(most, (await s.states()).of.dispatching ?? 0);
    return over;
  }, 20_000);
  await s.dispatch();
  over = true;
  await watch;
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThanOrEqual(20);
  expect((await s.states()).of).toEqual({ accepted: 26 });
});

test("the breaker opens after ten failures, keeps the queue, lets one out to see, and closes when that one arrives", async () => {
  const s = await stage(14);
  await s.fault({ kind: "5xx-bare", accepted: false });
  const over = () =>
    owner().query("update channel_pace set breaker_until = now() - interval '1 second' where org_id = $1", [s.org.id]);
  for (let i = 0; i < 10; i++) await s.reply(i);
  await s.dispatch();
  expect((await s.states()).of).toEqual({ unknown: 10 });
  expect(await s.pace()).toMatchObject({ breaker_trips: 1 });
  for (let i = 10; i < 14; i++) await s.reply(i);

  const wait = await s.dispatch();
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(5000);
  expect(await s.states()).toEqual({ of: { unknown: 10, queued: 4 }, attempts: 10 });

  await over();
  await Promise.all([s.dispatch(), s.dispatch()]);
  expect(await s.states()).toEqual({ of: { unknown: 11, queued: 3 }, attempts: 11 });
  const again = await s.pace();
  expect(again).toMatchObject({ breaker_trips: 2 });
  expect(again.left).toBeGreaterThan(5);

  await control("faults", {}, "DELETE");
  await s.dispatch();
  expect((await s.states()).attempts).toBe(11);
  await over();
  await s.dispatch();
  expect(await s.states()).toEqual({ of: { unknown: 11, accepted: 3 }, attempts: 14 });
  expect(await s.pace()).toEqual({ failures: 0, breaker_trips: 0, left: null });
});

test("a probe that may not go out is no probe; one whose worker died is followed by another", async () => {
  const s = await stage(3);
  await owner().query("update channel_pace set breaker_trips = 1, breaker_until = now() where org_id = $1", [s.org.id]);
  const [closed, first, second] = [await s.reply(0), await s.reply(1), await s.reply(2)];
  await owner().query("update conversations set last_inbound_at = now() - interval '25 hours' where id = $1", [
    s.chats[0]?.conversationId,
  ]);
  await s.dispatch();
  expect([await stateOf(closed.id), await stateOf(first.id), await stateOf(second.id)]).toEqual([
    "rejected",
    "accepted",
    "accepted",
  ]);

  // its probe is out: nothing else goes until the lease is over
  await owner().query(
    "update channel_pace set breaker_trips = 1, probe_fence = 0, breaker_until = now() + interval '30 seconds' where org_id = $1",
    [s.org.id],
  );
  const third = await s.reply(1);
  await s.dispatch();
  expect(await stateOf(third.id)).toBe("queued");
  await owner().query("update channel_pace set breaker_until = now() where org_id = $1", [s.org.id]);
  await s.dispatch();
  expect(await stateOf(third.id)).toBe("accepted");
  expect(await s.pace()).toMatchObject({ breaker_trips: 0 });
});

// the last one: this process claims nothing more afterwards
test("a graceful stop waits for what is in the air and claims no more", async () => {
  const s = await stage(2);
  await s.fault({ kind: "delay", ms: 600 });
  const message = await s.reply(0);
  startDispatch(s.org.id, s.channel.id);
  await until(async () => (await stateOf(message.id)) === "dispatching", 2000);
  const late = await s.reply(1);
  await finishDispatching();
  expect(await stateOf(message.id)).toBe("accepted");
  startDispatch(s.org.id, s.channel.id);
  await finishDispatching();
  expect(await stateOf(late.id)).toBe("queued");
});
