import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { listMessages, replyToConversation, resendMessage } from "@/lib/inbox";
import { asId, newId } from "@/lib/kernel/ids";
import { MESSAGE_COLUMNS, MESSAGE_JOINS } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";

const MIGRATION = path.resolve(import.meta.dirname, "../../prisma/migrations/20261126141000_resend_families/migration.sql");
const owner = () => poolOf("owner");
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

async function stage() {
  const org = await makeOrganisation({ users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  const chat = (phone: string) =>
    makeChat(org.id, channel, { phone, name: "Kartika", lines: [{ from: "client", text: "Halo", ago: 5 }] });
  const [one, two] = [await chat("6281234500121"), await chat("6281234500122")];
  const ctx = ctxOf(org, "lawyer");
  const messages = async () =>
    (await owner().query("select count(*)::int as n from messages where org_id = $1 and direction = 'out'", [org.id])).rows[0].n;
  return { org, channel, ctx, conversationId: one.conversationId, otherId: two.conversationId, messages };
}

test("a repeated reply gets its first answer though the window has closed since; elsewhere the id is a conflict", async () => {
  const s = await stage();
  const reply = { conversationId: s.conversationId, requestId: randomUUID(), text: "halo" };
  const first = await replyToConversation(s.ctx, reply);
  await owner().query("update conversations set last_inbound_at = now() - interval '25 hours' where org_id = $1", [s.org.id]);
  expect((await replyToConversation(s.ctx, reply)).id).toBe(first.id);
  await expect(replyToConversation(s.ctx, { ...reply, conversationId: s.otherId })).rejects.toMatchObject({
    code: "conflict",
    detail: "request_id_used",
  });
  await expect(replyToConversation(s.ctx, { ...reply, requestId: randomUUID() })).rejects.toMatchObject({
    detail: "window_closed",
  });
  expect(await s.messages()).toBe(1);
});

test("a repeated template gets its first answer though the template is paused or gone since", async () => {
  const s = await stage();
  const id = newId("template");
  await owner().query(
    `insert into templates (org_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
      values ($1, $2, $3, 'p', 'salam', 'id', 'UTILITY', 'APPROVED', $4, now())`,
    [s.org.id, id, s.channel.wabaId, JSON.stringify({ format: "POSITIONAL", parts: [{ type: "BODY", text: "Selamat siang" }] })],
  );
  const reply = { conversationId: s.conversationId, requestId: randomUUID(), template: { id, variables: {} } };
  const first = await replyToConversation(s.ctx, reply);
  await owner().query("update templates set status = 'PAUSED' where org_id = $1", [s.org.id]);
  expect((await replyToConversation(s.ctx, reply)).id).toBe(first.id);
  const { rows } = await owner().query("select channel_id from conversations where id = $1", [s.conversationId]);
  await owner().query(
    "insert into account_proofs (org_id, waba_id, kind, proven_at) select org_id, '404', 'given', now() from channels where id = $1",
    [rows[0].channel_id],
  );
  await owner().query("update channels set waba_id = '404' where id = $1", [rows[0].channel_id]);
  expect((await replyToConversation(s.ctx, reply)).id).toBe(first.id);
  expect(await s.messages()).toBe(1);
});

test("a repeated resend gets its first answer though the original turned out to be sent; elsewhere the id is a conflict", async () => {
  const s = await stage();
  const say = (conversationId: typeof s.conversationId, requestId = randomUUID() as string) =>
    replyToConversation(s.ctx, { conversationId, requestId, text: "halo" });
  const [original, elsewhere] = [await say(s.conversationId), await say(s.otherId)];
  await owner().query("update outbox set state = 'needs_review' where message_id = any($1)", [[original.id, elsewhere.id]]);
  const requestId = randomUUID();
  const resend = (id: string, request = requestId as string) =>
    resendMessage(s.ctx, { messageId: asId("message", id), requestId: request });
  const first = await resend(original.id);
  await expect(resend(elsewhere.id)).rejects.toMatchObject({ code: "conflict", detail: "request_id_used" });
  await owner().query("update outbox set state = 'accepted' where message_id = $1", [original.id]);
  await owner().query("update messages set accepted_at = now(), delivered_at = now() where id = $1", [original.id]);
  expect((await resend(original.id)).id).toBe(first.id);
  await expect(resend(original.id, randomUUID())).rejects.toMatchObject({ detail: "not_resendable" });
  expect(await s.messages()).toBe(3);
});

test("a message and its resends are one family: one is under way at a time, and after one went none is offered again", async () => {
  const s = await stage();
  const first = await replyToConversation(s.ctx, { conversationId: s.conversationId, requestId: randomUUID(), text: "halo" });
  const resend = (id: string) => resendMessage(s.ctx, { messageId: asId("message", id), requestId: randomUUID() });
  const refused = async (...ids: string[]) => {
    for (const id of ids) await expect(resend(id)).rejects.toMatchObject({ detail: "not_resendable" });
  };
  const offered = async () =>
    (await listMessages(s.ctx, { conversationId: s.conversationId })).items
      .filter((m) => m.direction === "out")
      .map((m) => [m.can.resend, m.resent]);
  const inReview = (id: string) => owner().query("update outbox set state = 'needs_review' where message_id = $1", [id]);
  const accept = async (id: string) => {
    await owner().query("update outbox set state = 'accepted' where message_id = $1", [id]);
    await owner().query("update messages set accepted_at = now(), failed_at = null where id = $1", [id]);
  };
  const fail = (id: string) => owner().query("update messages set failed_at = now() where id = $1", [id]);

  await inReview(first.id);
  const second = await resend(first.id);
  await refused(first.id);
  await inReview(second.id);
  const third = await resend(second.id);
  await refused(first.id, second.id);
  await fail(second.id); // a copy in the middle that failed for certain frees nobody while a newer one is under way
  await refused(first.id, second.id);
  expect(await offered()).toEqual([
    [false, true],
    [false, true],
    [false, false],
  ]);
  const { rows } = await owner().query("select resend_of from messages where id = any($1) order by id", [[second.id, third.id]]);
  expect(rows).toEqual([{ resend_of: first.id }, { resend_of: first.id }]);

  await accept(third.id);
  await refused(first.id, second.id);
  await fail(third.id);
  expect((await offered()).map(([can]) => can)).toEqual([true, true, true]);
  await accept(first.id); // its receipt came late after all
  expect(await offered()).toEqual([
    [false, false],
    [false, false],
    [false, false],
  ]);
  await refused(second.id, third.id);
  await fail(first.id);
  const both = await Promise.allSettled([resend(first.id), resend(second.id), resend(third.id)]);
  expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

test("resends of resends made before belong to the first one's family after the migration", async () => {
  const s = await stage();
  const say = () => replyToConversation(s.ctx, { conversationId: s.conversationId, requestId: randomUUID(), text: "halo" });
  const [a, b, c, d] = [await say(), await say(), await say(), await say()];
  for (const [copy, of] of [
    [b, a],
    [c, b],
    [d, c],
  ] as const)
    await owner().query("update messages set resend_of = $2 where id = $1", [copy.id, of.id]);
  const client = await owner().connect();
  try {
    await client.query("begin");
    await client.query("set local session authorization migrator");
    await client.query(fs.readFileSync(MIGRATION, "utf8"));
    const { rows } = await client.query("select resend_of from messages where org_id = $1 and direction = 'out' order by id", [
      s.org.id,
    ]);
    expect(rows.map((r) => r.resend_of)).toEqual([null, a.id, a.id, a.id]);
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test("a family is looked up by its first member, under row-level security too", async () => {
  const s = await stage();
  const client = await owner().connect();
  try {
    await client.query("begin");
    await client.query(
      `insert into messages (org_id, id, conversation_id, direction, origin, type, at, received_at)
        select $1, gen_random_uuid(), $2, 'in', 'client', 'text', now(), now() from generate_series(1, 3000)`,
      [s.org.id, s.conversationId],
    );
    await client.query("analyze messages");
    await client.query("select set_config('app.org_id', $1, true)", [s.org.id]);
    await client.query("set local role app");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_JOINS} where m.org_id = '${s.org.id}' and m.conversation_id = '${s.conversationId}'`,
    );
    const looked = rows.flatMap((row, i) => (row["QUERY PLAN"].includes("messages_resend") ? [rows[i + 1]?.["QUERY PLAN"]] : []));
    expect(looked).toHaveLength(2);
    for (const line of looked) expect(line).toMatch(/Index Cond: .*resend_of = /);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
