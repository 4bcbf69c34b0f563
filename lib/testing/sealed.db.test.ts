import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import {
  assignConversation,
  bindConversation,
  fileInstruction,
  indexOrganisation,
  listMessages,
  replyToConversation,
  saveDraft,
  withdrawInstruction,
} from "@/lib/inbox";
import { asId } from "@/lib/kernel/ids";
import { changeMatter, createMatter } from "@/lib/matters";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";

afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** The row id a value is bound to, where it is not the column `id`. */
const ROW_ID: Record<string, string> = { drafts: "conversation_id || ':' || user_id" };
const CANARY = { word: "kenari7312", name: "Zulkarnaen7312", phone: "628917312731", draft: "konsep7312", title: "perkara7312" };

/** Written by journeys against the sandbox, and held to the same there. */
const ELSEWHERE = new Set([
  "channels.pin_sealed",
  "disconnections.reason_sealed",
  "onboarding_sessions.facts_sealed",
  "own_apps.secret_sealed",
  "own_apps.secret_previous_sealed",
  "own_apps.verify_token_sealed",
  "claim_codes.phone_sealed",
]);

test("every sealed column is written twice, opens at its own row, and shows nothing of what it holds", async () => {
  await readyIntake();
  const org = await makeOrganisation({ undoSeconds: 0, users: [{ name: "Lana", role: "lawyer" }] });
  const channel = org.channels[0];
  if (!channel) throw new Error("no channel");
  const ctx = ctxOf(org, "lawyer");
  const { conversationId } = await makeChat(org.id, channel, {
    phone: CANARY.phone,
    name: "Awal",
    lines: [{ from: "client", ago: 9, text: CANARY.word }],
  });
  for (const round of [1, 2]) {
    const contact = { wa_id: CANARY.phone, profile: { name: `${CANARY.name} ${round}` } };
    const message = textMessage(
      `wamid.${Buffer.from(`${CANARY.phone}${randomUUID()}`).toString("base64")}`,
      CANARY.phone,
      `${CANARY.word} ${round}`,
    );
    await deliver(
      envelopeOf(channel.wabaId, messagesChange(channel.phoneNumberId, { contacts: [contact], messages: [message] })),
    );
    await drain(org.id);
    await saveDraft(ctx, { conversationId, text: `${CANARY.draft} ${round}` });
    if (round === 1) await replyToConversation(ctx, { conversationId, requestId: randomUUID(), text: CANARY.word });
    await saveDraft(ctx, { conversationId, text: `${CANARY.draft} ${round}` });
    await indexOrganisation(org.id);
  }
  await assignConversation(ctx, { conversationId, userId: null });
  const matter = await createMatter(ctx, { title: CANARY.title, kind: CANARY.title });
  const matterId = asId("matter", matter.id);
  await changeMatter(ctx, { matterId, change: { title: `${CANARY.title} 2`, kind: `${CANARY.title} 2` } });
  await bindConversation(ctx, { conversationId, matterId, from: "part" });
  const [said] = (await listMessages(ctx, { conversationId })).items;
  await fileInstruction(ctx, { messageId: asId("message", said?.id ?? "") });
  await withdrawInstruction(ctx, { messageId: asId("message", said?.id ?? "") });
  await fileInstruction(ctx, { messageId: asId("message", said?.id ?? "") });
  await withdrawInstruction(ctx, { messageId: asId("message", said?.id ?? "") });
  for (const to of [null, matterId]) await bindConversation(ctx, { conversationId, matterId: to, from: "now" });
  await replyToConversation(ctx, { conversationId, requestId: randomUUID(), text: CANARY.word });
  await saveDraft(ctx, { conversationId, text: CANARY.draft });

  const keys = await orgKeys(org.id);
  const { rows: columns } = await poolOf("owner").query<{ t: string; c: string }>(`
    select c.relname as t, a.attname as c from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname like '%\\_sealed' order by 1, 2`);
  const opened: string[] = [];
  for (const { t, c } of columns) {
    if (ELSEWHERE.has(`${t}.${c}`)) continue;
    if (t === "webhook_deliveries" || t === "intake_endpoints") continue; // under the platform's keys, opened by the split
    const { rows } = await poolOf("owner").query<{ id: string; v: Buffer }>(
      `select ${ROW_ID[t] ?? "id"} as id, ${c} as v from ${t} where org_id = $1 and ${c} is not null`,
      [org.id],
    );
    expect(rows.length, `${t}.${c} holds something`).toBeGreaterThan(0);
    for (const row of rows) {
      expect(keys.open(t, c, row.id, row.v).length, `${t}.${c}`).toBeGreaterThan(0);
      expect(() => keys.open(t, c, randomUUID(), row.v)).toThrow();
      for (const canary of Object.values(CANARY)) expect(row.v.includes(canary)).toBe(false);
    }
    opened.push(`${t}.${c}`);
  }
  expect(opened.length).toBe(15);
});
