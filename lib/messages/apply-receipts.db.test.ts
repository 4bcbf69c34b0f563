import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { replyToConversation } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { applyReceipts, attachKept, sweepSettling } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import type { Receipt } from "@/lib/providers/ports";
import { fakeWamid, makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";

const owner = () => poolOf("owner");
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** A reply whose send nobody knows the end of, and receipts for the wamid it may have. */
async function unknownSend() {
  const org = await makeOrganisation({ users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  const phone = "6281234500111";
  const chat = await makeChat(org.id, channel, { phone, name: "Kartika", lines: [{ from: "client", text: "Halo", ago: 5 }] });
  const message = await replyToConversation(ctxOf(org, "lawyer"), {
    conversationId: chat.conversationId,
    requestId: randomUUID(),
    text: "halo",
  });
  const { rows } = await owner().query(
    "update outbox set state = 'unknown', unknown_since = now() where message_id = $1 returning id",
    [message.id],
  );
  const wamid = fakeWamid(phone);
  const receipt = (status: Receipt["status"], tag: string | null = null): Receipt => ({
    type: "receipt",
    phoneNumberId: channel.phoneNumberId,
    wamid,
    status,
    at: new Date("2026-11-25T08:00:00Z"),
    tag,
    failureCode: null,
  });
  const apply = (...receipts: Receipt[]) => inTenantSql(systemCtx(org.id, "test"), (sql) => applyReceipts(sql, receipts));
  const read = async () => {
    const [m, kept] = await Promise.all([
      owner().query("select sent_at, delivered_at, read_at from messages where id = $1", [message.id]),
      owner().query("select count(*)::int as n from pending_receipts where org_id = $1", [org.id]),
    ]);
    return { ...m.rows[0], kept: kept.rows[0].n };
  };
  return { org, tag: rows[0].id as string, message, receipt, apply, read };
}

test("receipts that came before the one whose tag reveals the wamid attach with it", async () => {
  const s = await unknownSend();
  await s.apply(s.receipt("delivered"), s.receipt("read"));
  expect(await s.read()).toMatchObject({ delivered_at: null, kept: 2 });
  const touched = await s.apply(s.receipt("sent", s.tag));
  expect(touched.map((t) => t.messageId)).toEqual([s.message.id]);
  const after = await s.read();
  expect(after).toMatchObject({ kept: 0 });
  expect([after.sent_at, after.delivered_at, after.read_at].every((at) => at instanceof Date)).toBe(true);
});

test("the walk at a worker's start attaches what the settling sweep is too late for; strangers' stay theirs", async () => {
  const [s, stranger] = [await unknownSend(), await unknownSend()];
  await s.apply(s.receipt("sent", s.tag));
  await stranger.apply(stranger.receipt("read"));
  const { rows } = await owner().query("select wamid_lookup from messages where id = $1", [s.message.id]);
  await owner().query(
    `insert into pending_receipts (org_id, id, wamid_lookup, status, at, created_at)
      select $1, gen_random_uuid(), $2, 'delivered', now(), now() - interval '2 days' from generate_series(1, 2500)`,
    [s.org.id, rows[0].wamid_lookup],
  );
  await sweepSettling();
  expect(await s.read()).toMatchObject({ delivered_at: null, kept: 2500 });
  for (let at: string | null = "00000000-0000-0000-0000-000000000000"; at !== null; ) at = await attachKept(at);
  expect(await s.read()).toMatchObject({ delivered_at: expect.any(Date), kept: 0 });
  expect(await stranger.read()).toMatchObject({ read_at: null, kept: 1 });
});
