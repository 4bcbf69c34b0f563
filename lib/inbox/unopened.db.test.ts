import { randomInt } from "node:crypto";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { getConversationView, indexOrganisation, listConversations, listMessages, saveDraft, searchInbox } from "@/lib/inbox";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";

const owner = () => poolOf("owner");
const BROKEN = (column: string) => `set_byte(${column}, 40, (get_byte(${column}, 40) + 1) % 256)`;

afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

async function stage() {
  const org = await makeOrganisation({ users: [{ name: "Lana", role: "lawyer" }] });
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  const chat = (name: string, ...texts: string[]) =>
    makeChat(org.id, channel, {
      phone: `62812${randomInt(1e6, 1e7)}`,
      name,
      lines: texts.map((text, i) => ({ from: "client" as const, text, ago: 9 - i })),
    });
  const [one, two] = [await chat("Kartika", "satu", "dua", "tiga"), await chat("Bima", "empat")];
  while (await indexOrganisation(org.id));
  const ctx = ctxOf(org, "lawyer");
  const thread = async () => (await listMessages(ctx, { conversationId: one.conversationId })).items;
  const idOf = async (text: string) =>
    (await thread()).find((m) => m.content.kind === "text" && m.content.text === text)?.id ?? "";
  const rows = async () => (await listConversations(ctx, { view: "all" })).items;
  return {
    org,
    channel,
    ctx,
    phone: one.phone,
    conversationId: one.conversationId,
    otherId: two.conversationId,
    thread,
    idOf,
    rows,
  };
}
const unopened = { kind: "card", type: "unopened", lines: [] };
const counted = async (table: string) => (await counters.unopened.get()).values.find((v) => v.labels.table === table)?.value ?? 0;

test("a message whose seal is broken says so in its place; the thread, the search and the log go on", async () => {
  const s = await stage();
  const id = await s.idOf("dua");
  await owner().query(`update messages set body_sealed = ${BROKEN("body_sealed")} where id = $1`, [id]);
  const said = vi.spyOn(log, "error");
  const before = await counted("messages");
  const items = await s.thread();
  expect(items.map((m) => m.content)).toEqual([{ kind: "text", text: "satu" }, unopened, { kind: "text", text: "tiga" }]);
  expect(items[1]).toMatchObject({ id, can: { undo: false, resend: false } });
  await s.thread();
  expect(said.mock.calls).toEqual([["row.unopened", { table: "messages", rowId: id }]]);
  expect(await counted("messages")).toBe(before + 2);
  expect((await searchInbox(s.ctx, { q: "tiga" })).items).toHaveLength(1);
  expect((await searchInbox(s.ctx, { q: "dua" })).items).toEqual([]);
});

test("another row's sealed text is no more readable than a broken one", async () => {
  const s = await stage();
  const [one, three] = [await s.idOf("satu"), await s.idOf("tiga")];
  await owner().query("update messages set body_sealed = (select body_sealed from messages where id = $2) where id = $1", [
    three,
    one,
  ]);
  expect((await s.thread()).map((m) => m.content)).toEqual([
    { kind: "text", text: "satu" },
    { kind: "text", text: "dua" },
    unopened,
  ]);
});

test("a client whose kept name is broken can go on writing", async () => {
  const s = await stage();
  await readyIntake();
  await owner().query(
    `update contacts set name_sealed = ${BROKEN("name_sealed")} where id = (select contact_id from conversations where id = $1)`,
    [s.conversationId],
  );
  await deliver(
    envelopeOf(
      s.channel.wabaId,
      messagesChange(s.channel.phoneNumberId, { messages: [textMessage("wamid.more", s.phone, "lima")] }),
    ),
  );
  await drain(s.org.id);
  expect((await s.thread()).map((m) => m.content).at(-1)).toEqual({ kind: "text", text: "lima" });
});

test("a broken preview or name leaves the list and the conversation usable", async () => {
  const s = await stage();
  await saveDraft(s.ctx, { conversationId: s.conversationId, text: "konsep" });
  for (const [table, column] of [
    ["conversations", "preview_sealed"],
    ["conversations", "name_sealed"],
    ["contacts", "name_sealed"],
    ["contact_identities", "value_sealed"],
    ["drafts", "body_sealed"],
  ]) {
    const key =
      table === "conversations" ? "id" : table === "drafts" ? "conversation_id" : table === "contacts" ? "id" : "contact_id";
    const target = key === "contact_id" || table === "contacts" ? "(select contact_id from conversations where id = $1)" : "$1";
    await owner().query(`update ${table} set ${column} = ${BROKEN(column ?? "")} where ${key} = ${target}`, [s.conversationId]);
  }
  const rows = await s.rows();
  expect(rows.find((r) => r.id === s.otherId)).toMatchObject({ name: "Bima", preview: { text: "empat", type: "text" } });
  const broken = rows.find((r) => r.id === s.conversationId);
  expect(broken).toMatchObject({
    name: expect.stringMatching(/^#[0-9a-f]{6}$/),
    preview: { text: "", type: "unopened", direction: "in" },
  });
  const view = await getConversationView(s.ctx, { conversationId: s.conversationId });
  expect(view).toMatchObject({ contact: { name: null, phone: null }, draft: null });
  expect((await s.thread()).map((m) => m.content)).toHaveLength(3);
});
