import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  assignConversation,
  bindConversation,
  countUnread,
  fileInstruction,
  getConversationView,
  indexOrganisation,
  listConversations,
  listMessages,
  listTimeline,
  markRead,
  replyToConversation,
  resendMessage,
  searchInbox,
  setPrivileged,
  undoReply,
  withdrawInstruction,
} from "@/lib/inbox";
import type { Ctx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { changeMatter } from "@/lib/matters";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation } from "@/lib/testing/factory";
import { answers, makeFirm, makeMatter, makeTalk, personOf, says } from "@/lib/testing/matters";

let org: MadeOrganisation;
let lawyer: Ctx;
let agent: Ctx;
beforeAll(async () => {
  org = await makeFirm();
  lawyer = ctxOf(org, "lawyer");
  agent = ctxOf(org, "agent");
});
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

let phones = 628_130_000;
const talk = (lines: Parameters<typeof makeTalk>[1]["lines"], unread = 0) =>
  makeTalk(org, { phone: String(phones++), name: "Klien", lines, unread });
const walled = (title: string) => makeMatter(org, "lawyer", { title, walled: true });
const rowOf = async (ctx: Ctx, id: string) => (await listConversations(ctx, { view: "all" })).items.find((r) => r.id === id);
const texts = async (ctx: Ctx, conversationId: Id<"conversation">) =>
  (await listMessages(ctx, { conversationId })).items.map((m) => (m.content.kind === "text" ? m.content.text : m.content.kind));
const messageOf = async (ctx: Ctx, conversationId: Id<"conversation">, text: string) => {
  const found = (await listMessages(ctx, { conversationId })).items.find(
    (m) => m.content.kind === "text" && m.content.text === text,
  );
  return asId("message", found?.id ?? "");
};
const trail = async (subjectId: string) =>
  (
    await poolOf("owner").query("select action from audit_entries where org_id = $1 and subject_id = $2 order by seq", [
      org.id,
      subjectId,
    ])
  ).rows.map((r) => r.action);

describe("binding", () => {
  test("the whole of an unbound conversation goes behind the wall, for whoever is not inside", async () => {
    const id = await talk([says(9, "awal"), answers(8, "jawab")]);
    const matterId = await walled("Tembok");
    const view = await bindConversation(lawyer, { conversationId: id, matterId, from: "part" });
    expect(view.matter).toMatchObject({ id: matterId, title: "Tembok" });
    expect(await texts(lawyer, id)).toEqual(["awal", "jawab"]);
    expect(await rowOf(agent, id)).toBeUndefined();
    await expect(listMessages(agent, { conversationId: id })).rejects.toMatchObject({ code: "not_found" });
    await expect(getConversationView(agent, { conversationId: id })).rejects.toMatchObject({ code: "not_found" });
    expect(await trail(id)).toEqual(["conversation.bound"]);
    await bindConversation(lawyer, { conversationId: id, matterId, from: "part" });
    expect(await trail(id)).toEqual(["conversation.bound"]);
  });

  test("from a message on: who may not read the new part keeps the old one, its preview, time and unread", async () => {
    const id = await talk([says(30, "lama satu"), says(20, "lama dua"), says(10, "baru satu"), says(5, "baru dua")], 3);
    const matterId = await walled("Baru");
    const from = await messageOf(lawyer, id, "baru satu");
    await bindConversation(lawyer, { conversationId: id, matterId, from });
    const [inside, outside] = [await rowOf(lawyer, id), await rowOf(agent, id)];
    expect(inside).toMatchObject({ preview: { text: "baru dua" }, unread: 3, ended: false, matter: { id: matterId } });
    expect(outside).toMatchObject({ preview: { text: "lama dua" }, unread: 1, ended: true, matter: null, name: "Klien" });
    expect(Date.parse(outside?.lastActivityAt ?? "")).toBeLessThan(Date.parse(inside?.lastActivityAt ?? ""));
    expect(await texts(agent, id)).toEqual(["lama satu", "lama dua"]);
    expect(await texts(lawyer, id)).toEqual(["lama satu", "lama dua", "baru satu", "baru dua"]);
    const view = await getConversationView(agent, { conversationId: id });
    expect([view.ended, Object.values(view.can).some(Boolean)]).toEqual([true, false]);
    await expect(replyToConversation(agent, { conversationId: id, requestId: randomUUID(), text: "x" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("from now on: an empty part goes on, and what comes belongs to it", async () => {
    const phone = String(phones++);
    const id = await makeTalk(org, { phone, name: "Klien", lines: [says(9, "dulu")] });
    const matterId = await walled("Mulai sekarang");
    await bindConversation(lawyer, { conversationId: id, matterId, from: "now" });
    expect(await rowOf(lawyer, id)).toMatchObject({ preview: null, matter: { id: matterId } });
    const channel = org.channels[0];
    if (!channel) throw new Error("no channel");
    await makeChat(org.id, channel, { phone, name: "Klien", lines: [says(-1, "kini")] });
    expect(await texts(agent, id)).toEqual(["dulu"]);
    expect(await texts(lawyer, id)).toEqual(["dulu", "kini"]);
    expect(await rowOf(agent, id)).toMatchObject({ preview: { text: "dulu" } });
  });

  test("what comes in the very second of a boundary, which Meta tells without its fraction, belongs to the new part", async () => {
    const phone = String(phones++);
    const id = await makeTalk(org, { phone, name: "Klien", lines: [says(9, "dulu")] });
    await bindConversation(lawyer, { conversationId: id, matterId: await walled("Detik"), from: "now" });
    const { rows } = await poolOf("owner").query<{ since: Date }>(
      "select stretch_since as since from conversations where id = $1",
      [id],
    );
    const since = rows[0]?.since.getTime() ?? 0;
    const channel = org.channels[0];
    if (!channel) throw new Error("no channel");
    const second = Math.floor(since / 1000) * 1000;
    await makeChat(org.id, channel, { phone, name: "Klien", lines: [says(0, "kini")] }, new Date(second));
    await makeChat(org.id, channel, { phone, name: "Klien", lines: [says(0, "sebelum")] }, new Date(second - 1000));
    expect(await texts(agent, id)).toEqual(["dulu", "sebelum"]);
    expect(await texts(lawyer, id)).toEqual(["dulu", "sebelum", "kini"]);
    expect(await rowOf(lawyer, id)).toMatchObject({ preview: { text: "kini" } });
  });

  test("what arrives late joins the part it was written in: its row, its unread, its readers", async () => {
    const phone = String(phones++);
    const id = await makeTalk(org, { phone, name: "Klien", lines: [says(30, "satu"), says(5, "dua")] });
    const first = await walled("Pertama");
    const second = await makeMatter(org, "lawyer", { title: "Kedua" });
    await bindConversation(lawyer, { conversationId: id, matterId: first, from: "part" });
    await bindConversation(lawyer, { conversationId: id, matterId: second, from: await messageOf(lawyer, id, "dua") });
    const channel = org.channels[0];
    if (!channel) throw new Error("no channel");
    const counts = await countUnread(agent);
    const { rows: before } = await poolOf("owner").query("select unread from conversations where id = $1", [id]);
    await makeChat(org.id, channel, { phone, name: "Klien", lines: [says(15, "terlambat")] });
    const { rows } = await poolOf("owner").query(
      "select m.matter_id from messages m where m.org_id = $1 and m.conversation_id = $2 order by m.at",
      [org.id, id],
    );
    expect(rows.map((r) => r.matter_id)).toEqual([first, first, second]);
    expect(await texts(agent, id)).toEqual(["dua"]);
    expect(await countUnread(agent)).toEqual(counts);
    expect((await rowOf(agent, id))?.unread).toBe(before[0]?.unread);
    expect(await rowOf(lawyer, id)).toMatchObject({ preview: { text: "dua" }, unread: 1 });
    const newest = await messageOf(lawyer, id, "dua");
    await markRead(lawyer, { conversationId: id, messageId: newest });
    expect((await rowOf(lawyer, id))?.unread).toBe(0);
  });

  test("an assignee whom the wall keeps out is taken off, and cannot be put back", async () => {
    const id = await talk([says(9, "halo")]);
    await assignConversation(lawyer, { conversationId: id, userId: personOf(org, "agent") });
    const matterId = await walled("Tanpa agen");
    const view = await bindConversation(lawyer, { conversationId: id, matterId, from: "part" });
    expect(view.assignee).toBeNull();
    await expect(assignConversation(lawyer, { conversationId: id, userId: personOf(org, "agent") })).rejects.toMatchObject({
      code: "precondition",
      detail: "kept_out",
    });
    const kinds = (await listTimeline(lawyer, { matterId, only: "activities" })).items.map(
      (i) => i.type === "activity" && i.activity.kind,
    );
    expect(kinds).toEqual(["unassigned", "bound", "assigned"]);
  });

  test("a closed matter, one behind a wall and one of strangers take nothing", async () => {
    const id = await talk([says(9, "halo")]);
    const closed = await makeMatter(org, "lawyer", { title: "Tutup" });
    await changeMatter(lawyer, { matterId: closed, change: { status: "closed" } });
    const bind = (ctx: Ctx, matterId: Id<"matter">) => bindConversation(ctx, { conversationId: id, matterId, from: "part" });
    await expect(bind(lawyer, closed)).rejects.toMatchObject({ code: "precondition", detail: "matter_closed" });
    await expect(bind(agent, await walled("Rahasia"))).rejects.toMatchObject({ code: "not_found" });
    const strangers = await makeFirm();
    await expect(bind(lawyer, await makeMatter(strangers, "lawyer", { title: "Asing" }))).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(bind(ctxOf(strangers, "owner"), closed)).rejects.toMatchObject({ code: "not_found" });
  });

  test("a message written for one matter is not sent again under another", async () => {
    const id = await talk([says(9, "halo"), { from: "us", ago: 5, text: "gagal", state: "failed" }, says(1, "lagi")]);
    await bindConversation(lawyer, { conversationId: id, matterId: await walled("Satu"), from: "part" });
    const message = await messageOf(lawyer, id, "gagal");
    const second = await makeMatter(org, "lawyer", { title: "Dua" });
    await bindConversation(lawyer, { conversationId: id, matterId: second, from: await messageOf(lawyer, id, "lagi") });
    await expect(resendMessage(lawyer, { messageId: message, requestId: randomUUID() })).rejects.toMatchObject({
      code: "precondition",
      detail: "matter_changed",
    });
  });

  test("a reply taken back in a part that has ended leaves that part's row, and only that one", async () => {
    const id = await talk([says(9, "halo")]);
    const reply = await replyToConversation(lawyer, { conversationId: id, requestId: randomUUID(), text: "salah" });
    await bindConversation(lawyer, { conversationId: id, matterId: await walled("Sesudah"), from: "now" });
    expect(await rowOf(agent, id)).toMatchObject({ preview: { text: "salah" } });
    await undoReply(lawyer, { messageId: asId("message", reply.id) });
    expect(await rowOf(agent, id)).toMatchObject({ preview: { text: "halo" }, ended: true });
    expect(await rowOf(lawyer, id)).toMatchObject({ preview: null });
  });
});

describe("privilege", () => {
  const found = async (ctx: Ctx, q: string) => (await searchInbox(ctx, { q })).items.filter((i) => i.message).length;

  test("is the matter's default or set by hand; marked words leave the index and come back", async () => {
    const id = await talk([says(9, "kelapa7781 muda")]);
    expect(await found(lawyer, "kelapa7781")).toBe(1);
    for (const _ of [1, 2]) await setPrivileged(agent, { conversationId: id, privileged: true });
    while (await indexOrganisation(org.id));
    expect(await found(lawyer, "kelapa7781")).toBe(0);
    const { rows } = await poolOf("owner").query("select 1 from message_search where org_id = $1 and conversation_id = $2", [
      org.id,
      id,
    ]);
    expect(rows).toEqual([]);
    await expect(setPrivileged(agent, { conversationId: id, privileged: false })).rejects.toMatchObject({ code: "forbidden" });
    await setPrivileged(lawyer, { conversationId: id, privileged: false });
    while (await indexOrganisation(org.id));
    expect(await found(lawyer, "kelapa7781")).toBe(1);
    expect(await trail(id)).toEqual(["conversation.privileged", "conversation.unprivileged"]);
    const matterId = await makeMatter(org, "lawyer", { title: "Selalu rahasia", privileged: true });
    expect(await bindConversation(lawyer, { conversationId: id, matterId, from: "part" })).toMatchObject({ privileged: true });
    expect((await listMessages(lawyer, { conversationId: id })).items.every((m) => m.privileged)).toBe(true);
  });

  test("who reads it is on the trail, once an hour", async () => {
    const id = await talk([says(9, "halo")]);
    await setPrivileged(lawyer, { conversationId: id, privileged: true });
    await listMessages(agent, { conversationId: id });
    await listMessages(agent, { conversationId: id });
    await listMessages({ ...agent, now: new Date(Date.now() + 3_600_000) }, { conversationId: id });
    await listMessages(lawyer, { conversationId: id });
    const { rows } = await poolOf("owner").query(
      "select actor_id from audit_entries where org_id = $1 and subject_id = $2 and action = 'privileged.viewed' order by seq",
      [org.id, id],
    );
    expect(rows.map((r) => r.actor_id)).toEqual([personOf(org, "agent"), personOf(org, "agent"), personOf(org, "lawyer")]);
  });
});

describe("instructions", () => {
  test("a message is filed with who, when and a hash; once, and taking it back leaves a record", async () => {
    const id = await talk([says(9, "setuju, lanjutkan")]);
    const message = await messageOf(lawyer, id, "setuju, lanjutkan");
    await expect(fileInstruction(lawyer, { messageId: message })).rejects.toMatchObject({
      code: "precondition",
      detail: "not_bound",
    });
    const matterId = await makeMatter(org, "lawyer", { title: "Instruksi" });
    await bindConversation(lawyer, { conversationId: id, matterId, from: "part" });
    for (const _ of [1, 2])
      expect(await fileInstruction(agent, { messageId: message })).toMatchObject({
        instruction: { by: { id: personOf(org, "agent") } },
      });
    const [filed] = (await listTimeline(lawyer, { matterId })).items;
    expect(filed).toMatchObject({
      type: "activity",
      activity: { kind: "filed", messageId: message, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    await expect(bindConversation(lawyer, { conversationId: id, matterId: null, from: "part" })).rejects.toMatchObject({
      code: "precondition",
      detail: "instruction_filed",
    });
    expect((await withdrawInstruction(lawyer, { messageId: message })).instruction).toBeNull();
    expect((await withdrawInstruction(lawyer, { messageId: message })).instruction).toBeNull();
    const { rows } = await poolOf("owner").query(
      "select withdrawn_at is not null as gone from instructions where message_id = $1",
      [message],
    );
    expect(rows).toEqual([{ gone: true }]);
    const stranger = ctxOf(await makeFirm(), "owner");
    await expect(fileInstruction(stranger, { messageId: message })).rejects.toMatchObject({ code: "not_found" });
  });

  test("the timeline has everything of the matter in order, page by page", async () => {
    const matterId = await makeMatter(org, "lawyer", { title: "Garis waktu" });
    const ids: Id<"conversation">[] = [];
    for (let n = 0; n < 2; n++)
      ids.push(await talk(Array.from({ length: 30 }, (_, i) => says(200 - 2 * i - n, `baris ${n}-${i}`))));
    for (const conversationId of ids) await bindConversation(lawyer, { conversationId, matterId, from: "part" });
    const first = await listTimeline(lawyer, { matterId });
    const second = await listTimeline(lawyer, { matterId, cursor: first.nextCursor ?? "" });
    const all = [...first.items, ...second.items].map((i) => (i.type === "message" ? i.message : i.activity));
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([50, 12, null]);
    expect(new Set(all.map((i) => i.id)).size).toBe(62);
    expect(all.map((i) => Date.parse(i.at))).toEqual(all.map((i) => Date.parse(i.at)).sort((a, b) => b - a));
  });
});
