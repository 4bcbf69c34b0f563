import { randomInt, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listMessages, replyToConversation } from "@/lib/inbox";
import { threadRows } from "@/lib/inbox/list-messages";
import { systemCtx } from "@/lib/kernel/ctx";
import { newId } from "@/lib/kernel/ids";
import { toMessageViews } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";

const START = { at: new Date("9999-01-01T00:00:00Z"), id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
const owner = () => poolOf("owner");

beforeAll(readyIntake);
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** A chat of one word each way, and a client who goes on writing. */
async function stage() {
  const org = await makeOrganisation({ undoSeconds: 0, users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  const [lawyer] = org.users;
  if (!channel || !lawyer) throw new Error("an empty organisation");
  const chatWith = (phone: string, word: string) =>
    makeChat(org.id, channel, {
      phone,
      name: "Kartika",
      lines: [
        { from: "client", text: `${word}?`, ago: 9 },
        { from: "us", text: `${word}!`, ago: 8, author: lawyer.id },
      ],
    });
  const phone = `62812${randomInt(1e6, 1e7)}`;
  const chat = await chatWith(phone, "Kamis");
  const write = async (...messages: object[]) => {
    const sent = messages.map((more, i) => ({
      ...textMessage(wamid(), phone, "ya", Math.floor(Date.now() / 1000) - 60 + i),
      ...more,
    }));
    await deliver(envelopeOf(channel.wabaId, messagesChange(channel.phoneNumberId, { messages: sent })));
    await drain(org.id);
  };
  const { conversationId } = chat;
  const thread = async () => (await listMessages(ctxOf(org, "lawyer"), { conversationId })).items;
  const read = (work: (sql: Sql) => Promise<unknown>) => inTenantSql(systemCtx(org.id, "test"), work);
  return { org, channel, lawyer, phone, chat, chatWith, write, thread, read };
}
const answering = (id: string | undefined, body = "ya") => ({ text: { body }, context: { id } });

test("answers, reactions, corrections and deletions name what they are about; what refers to nothing names nothing", async () => {
  const s = await stage();
  const [theirs, ours] = s.chat.lines;
  await s.write(
    answering(ours?.wamid, "baik"),
    answering(theirs?.wamid, "saya ulangi"),
    { type: "reaction", reaction: { message_id: ours?.wamid, emoji: "👍" } },
    { type: "revoke", revoke: { original_message_id: theirs?.wamid } },
    answering("wamid.never-kept", "lama"),
    { text: { body: "biasa" } },
  );
  const items = await s.thread();
  const [first, second, ...rest] = items;
  const author = { id: s.lawyer.id, name: "Lana" };
  const asked = { id: first?.id, direction: "in", origin: "client", author: null, text: "Kamis?", type: "text" };
  const answered = { id: second?.id, direction: "out", origin: "agent", author, text: "Kamis!", type: "text" };
  expect([first?.quoted, second?.quoted]).toEqual([null, null]);
  expect(rest.map((m) => m.quoted)).toEqual([answered, asked, answered, asked, "missing", null]);
});

test("a template is quoted by its words, a picture by its caption", async () => {
  const s = await stage();
  const templateId = newId("template");
  await owner().query(
    `insert into templates (org_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
      values ($1, $2, $3, 'p', 'salam', 'id', 'UTILITY', 'APPROVED', $4, now())`,
    [
      s.org.id,
      templateId,
      s.channel.wabaId,
      JSON.stringify({ format: "POSITIONAL", parts: [{ type: "BODY", text: "Selamat\nsiang" }] }),
    ],
  );
  const { conversationId } = s.chat;
  const template = { id: templateId, variables: {} };
  const sent = await replyToConversation(ctxOf(s.org, "lawyer"), { conversationId, requestId: randomUUID(), template });
  const [sentAs, picture] = [wamid(), wamid()];
  await owner().query("update messages set wamid_lookup = $2, at = now() - interval '2 minutes' where id = $1", [
    sent.id,
    (await orgKeys(s.org.id)).wamidLookup(s.channel.phoneNumberId, sentAs),
  ]);
  await s.write({ id: picture, type: "image", image: { id: "9", caption: "akta" } }, answering(sentAs), answering(picture));
  expect((await s.thread()).slice(-2).map((m) => m.quoted)).toMatchObject([
    { type: "template", text: "Selamat siang" },
    { type: "image", text: "akta" },
  ]);
});

test("nothing is quoted from another conversation, another number or another organisation", async () => {
  const s = await stage();
  const stranger = await stage();
  const beside = await s.chatWith(`62813${randomInt(1e6, 1e7)}`, "Jumat");
  await owner().query("update messages set wamid_lookup = $2 where conversation_id = $1 and direction = 'out'", [
    stranger.chat.conversationId,
    (await orgKeys(s.org.id)).wamidLookup(s.channel.phoneNumberId, "wamid.stranger"),
  ]);
  await s.write(answering(beside.lines[1]?.wamid), answering(stranger.chat.lines[1]?.wamid), answering("wamid.stranger"));
  expect((await s.thread()).slice(-3).map((m) => m.quoted)).toEqual(["missing", "missing", "missing"]);
});

test("a page is asked about once if something in it is quoted, and not at all otherwise", async () => {
  const s = await stage();
  const [theirs, ours] = s.chat.lines;
  const asked = async () => {
    const names: string[] = [];
    await s.read(async (sql) => {
      const rows = await threadRows(sql, s.chat.conversationId, START);
      const counting: Sql = {
        ...sql,
        rows: (name, text, values) => {
          names.push(name);
          return sql.rows(name, text, values);
        },
      };
      await toMessageViews(counting, rows, false);
    });
    return names;
  };
  expect(await asked()).toEqual([]);
  await s.write(answering(ours?.wamid), answering(theirs?.wamid), answering("wamid.never-kept"));
  expect(await asked()).toEqual(["messages.quoted"]);
});
