import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { replyToConversation, resendMessage } from "@/lib/inbox";
import { asId, newId } from "@/lib/kernel/ids";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";

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
