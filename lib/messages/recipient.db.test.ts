import { randomInt, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getConversationView, listConversations, replyToConversation } from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { displayPhone } from "@/lib/kernel/phone";
import { claimSends } from "@/lib/messages/claim-sends";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";

const START = Math.floor(Date.now() / 1000) - 3600;
const OLD = `5511977${randomInt(1e6)}`.padEnd(13, "0");
const NEW = `5511966${randomInt(1e6)}`.padEnd(13, "0");
const owner = () => poolOf("owner");

beforeAll(readyIntake);
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

interface Said {
  from?: string;
  user?: string;
  at: number;
  system?: object;
}

/** A client who writes from here and there, and an office that answers; `recipient` is where the answer would go. */
async function stage(...first: Said[]) {
  const org = await makeOrganisation({ undoSeconds: 0, users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  const ctx = ctxOf(org, "lawyer");
  const hear = async (...said: Said[]) => {
    const messages = said.map(({ from, user, at, system }) => ({
      ...textMessage(`wamid.${randomUUID()}`, from ?? "", "halo", START + at),
      ...(from ? {} : { from: undefined }),
      ...(user ? { from_user_id: user } : {}),
      ...(system ? { type: "system", text: undefined, system } : {}),
    }));
    await deliver(envelopeOf(channel.wabaId, messagesChange(channel.phoneNumberId, { messages })));
    await drain(org.id);
  };
  await hear(...first);
  const [row] = (await listConversations(ctx, { view: "all" })).items;
  const conversationId = asId("conversation", row?.id ?? "");
  const recipient = async () => {
    await owner().query("update outbox set state = 'cancelled' where org_id = $1", [org.id]);
    const { id } = await replyToConversation(ctx, { conversationId, requestId: randomUUID(), text: "baik" });
    const round = await inTenantSql(systemCtx(org.id, "test"), (sql) => claimSends(sql, channel.id, 5));
    const ready = round?.ready.find((r) => r.send.messageId === id);
    if (ready) return ready.message.to;
    return (await owner().query("select failure_reason from messages where id = $1", [id])).rows[0].failure_reason;
  };
  return { org, ctx, conversationId, hear, recipient, row };
}
const changed = (more: object = {}) => ({ type: "user_changed_number", wa_id: NEW, ...more });

test("an answer goes to where the client wrote from last, also after a change of number", async () => {
  const s = await stage({ from: OLD, at: 0 });
  expect(await s.recipient()).toEqual({ phone: OLD });
  await s.hear({ from: OLD, at: 10, system: changed() });
  expect(await s.recipient()).toEqual({ phone: NEW });
  await s.hear({ from: OLD, at: 20 });
  expect(await s.recipient()).toEqual({ phone: OLD });
  const { contact } = await getConversationView(s.ctx, { conversationId: s.conversationId });
  expect(contact.phone).toBe(displayPhone(OLD));
  await s.hear({ from: NEW, at: 15 }); // written before, arrived after
  expect(await s.recipient()).toEqual({ phone: OLD });
  await s.hear({ from: NEW, at: 30 });
  expect(await s.recipient()).toEqual({ phone: NEW });
});

test("the order inside one delivery does not matter, the time does", async () => {
  const s = await stage({ from: OLD, at: 20 }, { from: OLD, at: 10, system: changed() });
  expect(await s.recipient()).toEqual({ phone: OLD });
});

test("who hides their phone is answered by their user id, and by the new one after it changed", async () => {
  const s = await stage({ from: OLD, user: "BR.one", at: 0 });
  expect(await s.recipient()).toEqual({ phone: OLD });
  await s.hear({ user: "BR.one", at: 10 });
  expect(await s.recipient()).toEqual({ bsuid: "BR.one" });
  await s.hear({ at: 20, system: { type: "user_changed_user_id", user_id: "BR.two", previous_user_id: "BR.one" } });
  expect(await s.recipient()).toEqual({ bsuid: "BR.two" });
});

test("a number that is another contact's is never written to in this conversation", async () => {
  const s = await stage({ from: NEW, at: 0 });
  const ana = await stage({ from: OLD, at: 0 });
  await ana.hear({ from: "5511955550009", at: 1 });
  await ana.hear({ from: OLD, at: 10, system: changed({ wa_id: "5511955550009" }) });
  expect(await ana.recipient()).toEqual({ phone: OLD });
  expect(await s.recipient()).toEqual({ phone: NEW });
});

test("where nothing is recorded the newest identity is taken; where the recorded one does not open, none is", async () => {
  const s = await stage({ from: OLD, at: 0 }, { from: OLD, at: 10, system: changed() }, { from: OLD, at: 20 });
  await owner().query(
    "update contact_identities set value_sealed = set_byte(value_sealed, 40, 0) where org_id = $1 and id = (select reply_identity_id from conversations where id = $2)",
    [s.org.id, s.conversationId],
  );
  expect(await s.recipient()).toBe("other");
  await owner().query("update conversations set reply_identity_id = null where id = $1", [s.conversationId]);
  expect(await s.recipient()).toEqual({ phone: NEW });
});
