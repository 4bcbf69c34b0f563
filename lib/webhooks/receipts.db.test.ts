import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replyToConversation } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { merge, NOTHING, type ReceiptName, receiptOf } from "@/lib/messages/model";
import { claimDue } from "@/lib/messages/outbox-store";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, status } from "@/lib/testing/webhooks";

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

const NAMES: ReceiptName[] = ["sent", "delivered", "read", "played", "failed"];
const T0 = 1_790_000_000;
const receipt = fc.record({
  message: fc.nat({ max: 2 }),
  name: fc.constantFrom(...NAMES),
  at: fc.nat({ max: 30 }),
  code: fc.constantFrom(131026, 131047),
});
const envelopes = fc.array(fc.array(receipt, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

test("any order, grouping and repetition of statuses, split over any deliveries, ends in the merge of them all", async () => {
  await fc.assert(
    fc.asyncProperty(envelopes, fc.nat(), async (groups, again) => {
      const org = await makeOrganisation();
      const channel = org.channels[0];
      if (!channel) throw new Error("no channel");
      const lines = [
        { from: "client" as const, ago: 9, text: "halo" },
        ...[3, 2, 1].map((ago) => ({ from: "us" as const, ago, text: `${ago}`, state: "accepted" as const })),
      ];
      const chat = await makeChat(org.id, channel, { phone: "628111", name: "Ana", lines });
      const wamids = chat.lines.filter((l) => l.direction === "out").map((l) => l.wamid);
      const bodies = groups.map((group) =>
        envelopeOf(
          channel.wabaId,
          ...group.map((r) =>
            messagesChange(channel.phoneNumberId, {
              statuses: [
                status(wamids[r.message] ?? "", r.name, T0 + r.at, r.name === "failed" ? { errors: [{ code: r.code }] } : {}),
              ],
            }),
          ),
        ),
      );
      for (const body of [...bodies, { ...bodies[again % bodies.length], repeat: 1 }]) {
        await deliver(body);
        if (again % 2) await drain(org.id);
      }
      await drain(org.id);
      const { rows } = await poolOf("owner").query(
        "select sent_at, delivered_at, read_at, played_at, failed_at, failure_code from messages where org_id = $1 and direction = 'out' order by at, id",
        [org.id],
      );
      wamids.forEach((_, i) => {
        const mine = groups.flat().filter((r) => r.message === i);
        // the same status at the same second is one event, whatever code came with it: the first one stored counts
        const seen = new Set<string>();
        const once = mine.filter((r) => !seen.has(`${r.name}${r.at}`) && seen.add(`${r.name}${r.at}`));
        const want = once
          .map((r) => receiptOf(r.name, new Date((T0 + r.at) * 1000), r.name === "failed" ? r.code : null))
          .reduce(merge, NOTHING);
        const got = rows[i];
        expect({
          sent: got.sent_at,
          delivered: got.delivered_at,
          read: got.read_at,
          played: got.played_at,
          failed: got.failed_at,
        }).toEqual({
          sent: want.sent,
          delivered: want.delivered,
          read: want.read,
          played: want.played,
          failed: want.failed,
        });
      });
    }),
    { numRuns: 12 },
  );
}, 120_000);

test("a number's pace holds however many ask: never more than its burst and what has refilled", async () => {
  const org = await makeOrganisation({ undoSeconds: 0 });
  const channel = org.channels[0];
  if (!channel) throw new Error("no channel");
  for (let i = 0; i < 30; i++) {
    const chat = await makeChat(org.id, channel, {
      phone: `62811${1000 + i}`,
      name: `K${i}`,
      lines: [{ from: "client", ago: 1, text: "x" }],
    });
    await replyToConversation(ctxOf(org, "owner"), { conversationId: chat.conversationId, requestId: randomUUID(), text: "y" });
  }
  await poolOf("owner").query(
    "update channel_pace set burst = 5, tokens = 5, per_second = 2, max_per_second = 2, refilled_at = now() where org_id = $1",
    [org.id],
  );
  const started = performance.now();
  let claimed = 0;
  const ask = () =>
    inTenantSql(systemCtx(org.id, "test"), (sql) => claimDue(sql, channel.id, 20)).then((c) => (claimed += c.sends.length));
  for (let i = 0; i < 8; i++) await Promise.all([ask(), ask(), ask()]);
  const elapsed = (performance.now() - started) / 1000;
  expect(claimed).toBeGreaterThanOrEqual(5);
  expect(claimed).toBeLessThanOrEqual(5 + Math.ceil(2.5 * elapsed) + 1);
});
