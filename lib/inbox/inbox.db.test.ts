import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  assignConversation,
  countUnread,
  getConversationView,
  indexOrganisation,
  listConversations,
  listConversationsById,
  listMessages,
  listTemplatesFor,
  markRead,
  saveDraft,
  searchInbox,
  setConversationStatus,
} from "@/lib/inbox";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { canonicalEntry } from "@/lib/platform/audit";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { type Chat, makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

let org: MadeOrganisation;
let other: MadeOrganisation;
const PEOPLE = [
  { name: "Olivia", role: "owner" as const },
  { name: "Lana", role: "lawyer" as const },
  { name: "Agung", role: "agent" as const },
];
const seed = async (into: MadeOrganisation, chat: Chat) => {
  const channel = into.channels[0];
  if (!channel) throw new Error("no channel");
  const made = await makeChat(into.id, channel, chat);
  while (await indexOrganisation(into.id));
  return made.conversationId;
};
const client = (ago: number, text: string) => ({ from: "client" as const, ago, text });

beforeAll(async () => {
  [org, other] = await Promise.all([makeOrganisation({ users: PEOPLE }), makeOrganisation({ users: PEOPLE })]);
});
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

test("pages follow each other without gap or repeat, ties included, and are stable under keyset", async () => {
  const many = await makeOrganisation({ users: PEOPLE });
  const channel = many.channels[0];
  if (!channel) throw new Error("no channel");
  const now = new Date();
  for (let i = 0; i < 120; i++)
    await makeChat(
      many.id,
      channel,
      { phone: `62811${10_000 + i}`, name: `Klien ${i}`, lines: [client(Math.floor(i / 7), `pesan ${i}`)] },
      now,
    );
  const ctx = ctxOf(many, "agent");
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listConversations(ctx, { view: "all", cursor });
    expect(page.items.length).toBeLessThanOrEqual(50);
    seen.push(...page.items.map((i) => i.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen.length).toBe(120);
  expect(new Set(seen).size).toBe(120);
});

test("with several numbers each row and conversation says which it is on", async () => {
  const several = await makeOrganisation({ users: PEOPLE, channels: [{ name: "Main" }, { name: "Family" }] });
  const single = await makeOrganisation({ users: PEOPLE });
  const alone = await seed(single, { phone: "6281299000011", name: "Sole", lines: [client(5, "Halo")] });
  const id = await seed(several, { phone: "6281299000012", name: "Two", lines: [client(5, "Halo")] });
  const [row] = (await listConversations(ctxOf(several, "owner"), { view: "all" })).items;
  expect(row?.channel).toMatchObject({ name: "Main", several: true });
  const view = await getConversationView(ctxOf(several, "owner"), { conversationId: id });
  expect(view.channel.several).toBe(true);
  expect(Date.parse(view.channelSince)).toBeLessThanOrEqual(Date.now());
  expect((await getConversationView(ctxOf(single, "owner"), { conversationId: alone })).channel.several).toBe(false);
});

test("views hold what their names say; counts agree", async () => {
  const ctx = ctxOf(org, "lawyer");
  const me = ctx.actor.kind === "user" ? ctx.actor.userId : asId("user", "");
  const mine = await seed(org, { phone: "628111001", name: "Mine", assignee: me, unread: 1, lines: [client(9, "a")] });
  const free = await seed(org, { phone: "628111002", name: "Free", unread: 2, lines: [client(8, "b")] });
  const done = await seed(org, { phone: "628111003", name: "Done", status: "resolved", lines: [client(7, "c")] });
  const ids = async (view: "all" | "mine" | "unassigned") => (await listConversations(ctx, { view })).items.map((i) => i.id);
  expect(await ids("mine")).toEqual([mine]);
  expect(await ids("unassigned")).toEqual([free]);
  expect(new Set(await ids("all"))).toEqual(new Set([mine, free, done]));
  expect(await countUnread(ctx)).toEqual({ mine: 1, unassigned: 1, all: 2 });
  expect((await listConversationsById(ctx, { ids: [mine, free, done], view: "unassigned" })).items.map((i) => i.id)).toEqual([
    free,
  ]);
});

test("assigning, resolving and reading: once, audited, and undisturbed by repeats", async () => {
  const id = await seed(org, {
    phone: "628111010",
    name: "Kerja",
    unread: 3,
    lines: [client(30, "1"), client(20, "2"), client(10, "3")],
  });
  const [lawyer, agent] = [ctxOf(org, "lawyer"), ctxOf(org, "agent")];
  const agentId = agent.actor.kind === "user" ? agent.actor.userId : null;
  for (let i = 0; i < 2; i++)
    expect((await assignConversation(lawyer, { conversationId: id, userId: agentId })).assignee?.name).toBe("Agung");
  for (let i = 0; i < 2; i++)
    expect((await setConversationStatus(lawyer, { conversationId: id, status: "resolved" })).status).toBe("resolved");
  const { rows } = await poolOf("owner").query(
    "select action from audit_entries where org_id = $1 and subject_id = $2 order by seq",
    [org.id, id],
  );
  expect(rows.map((r) => r.action)).toEqual(["conversation.assigned", "conversation.resolved"]);
  const { items } = await listMessages(agent, { conversationId: id });
  await markRead(agent, { conversationId: id, messageId: asId("message", items[1]?.id ?? "") });
  expect((await getConversationView(agent, { conversationId: id })).unread).toBe(1);
  await markRead(agent, { conversationId: id, messageId: asId("message", items[0]?.id ?? "") }); // an older mark takes nothing back
  expect((await getConversationView(agent, { conversationId: id })).unread).toBe(1);
  await markRead(agent, { conversationId: id, messageId: asId("message", items[2]?.id ?? "") });
  expect((await getConversationView(agent, { conversationId: id })).unread).toBe(0);
  const missing = newId("user");
  for (const userId of [other.users[0]?.id ?? missing, missing])
    await expect(assignConversation(lawyer, { conversationId: id, userId })).rejects.toMatchObject({
      code: "not_found",
      detail: "member",
    });
});

test("drafts are each person's own, sealed, and survive being written twice", async () => {
  const id = await seed(org, { phone: "628111020", name: "Draf", lines: [client(5, "halo")] });
  const [lawyer, agent] = [ctxOf(org, "lawyer"), ctxOf(org, "agent")];
  await saveDraft(lawyer, { conversationId: id, text: "satu" });
  await saveDraft(lawyer, { conversationId: id, text: "rahasia dua" });
  expect((await getConversationView(lawyer, { conversationId: id })).draft?.text).toBe("rahasia dua");
  expect((await getConversationView(agent, { conversationId: id })).draft).toBeNull();
  expect((await listConversations(lawyer, { view: "all" })).items.find((i) => i.id === id)?.hasDraft).toBe(true);
  const { rows } = await poolOf("owner").query("select body_sealed from drafts where conversation_id = $1", [id]);
  expect(rows[0].body_sealed.includes("rahasia")).toBe(false);
  await saveDraft(lawyer, { conversationId: id, text: " " });
  expect((await getConversationView(lawyer, { conversationId: id })).draft).toBeNull();
});

test("search finds words, beginnings, names and phones, accents and case folded; middles are not found", async () => {
  const id = await seed(org, {
    phone: "5548999887766",
    name: "José Conceição",
    lines: [client(50, "Olá, preciso da certidão de nascimento"), client(40, "Terima kasih atas bantuannya")],
  });
  const ctx = ctxOf(org, "agent");
  const hits = async (q: string) => (await searchInbox(ctx, { q })).items.filter((h) => h.conversationId === id);
  expect((await hits("certidao"))[0]?.message?.text).toContain("certidão");
  expect((await hits("CERT nasc")).length).toBe(1);
  expect((await hits("bantuannya"))[0]?.message).not.toBeNull();
  expect((await hits("bantuanku")).length).toBe(0); // shares six letters, is another word
  expect((await hits("tidão")).length).toBe(0);
  expect((await hits("conceic"))[0]).toMatchObject({ name: "José Conceição", message: null });
  for (const q of ["5548999887766", "+55 48 99988-7766", "999887766", "99887766"])
    expect((await hits(q))[0]?.conversationId).toBe(id);
  expect((await searchInbox(ctxOf(other, "owner"), { q: "certidao" })).items).toEqual([]);
  expect((await searchInbox(ctx, { q: "!!" })).items).toEqual([]);
});

test("an undo that comes after somebody else's decision is a conflict and changes nothing", async () => {
  const id = await seed(org, { phone: "628111027", name: "Wira", lines: [client(9, "Baik")] });
  const lawyer = ctxOf(org, "lawyer");
  const [a, b] = [org.users.find((u) => u.role === "lawyer")?.id, org.users.find((u) => u.role === "agent")?.id];
  if (!a || !b) throw new Error("no users");
  const give = (userId: typeof a | null, from?: typeof a | null) =>
    assignConversation(lawyer, { conversationId: id, userId, ...(from === undefined ? {} : { from }) });
  await give(a);
  await give(b);
  for (const from of [a, null]) await expect(give(from === a ? null : a, from)).rejects.toMatchObject({ code: "conflict" });
  expect((await getConversationView(lawyer, { conversationId: id })).assignee?.id).toBe(b);
  expect((await give(null, b)).assignee).toBeNull();
  expect((await give(null, b)).assignee).toBeNull(); // done again it does no harm
  expect((await give(a, null)).assignee?.id).toBe(a);
});

test("a hit names who wrote it: the colleague, or nobody of us", async () => {
  const author = org.users.find((u) => u.role === "lawyer")?.id;
  const lines = [client(9, "Sidang ditunda"), { from: "us" as const, ago: 8, text: "Ditunda sampai Senin", author }];
  const id = await seed(org, { phone: "628111025", name: "Ratna", lines });
  const { items } = await searchInbox(ctxOf(org, "agent"), { q: "ditunda" });
  const authors = items.filter((h) => h.conversationId === id).map((h) => h.message?.author);
  expect(authors).toEqual([{ id: author, name: "Lana" }, null]);
});

test("a reaction after the last word read does not count as unread", async () => {
  const reaction = { from: "client" as const, ago: 1, text: "👍", card: "reaction" };
  const id = await seed(org, { phone: "628111026", name: "Sinta", unread: 1, lines: [client(9, "Baik"), reaction] });
  const agent = ctxOf(org, "agent");
  const { items } = await listMessages(agent, { conversationId: id });
  expect(items.map((m) => m.opensWindow)).toEqual([true, false]);
  await markRead(agent, { conversationId: id, messageId: asId("message", items[0]?.id ?? "") });
  expect((await getConversationView(agent, { conversationId: id })).unread).toBe(0);
});

test("a stranger's tenant finds nothing anywhere, a lesser role may not", async () => {
  const id = await seed(org, { phone: "628111030", name: "Tertutup", lines: [client(5, "halo")] });
  const message = (await listMessages(ctxOf(org, "owner"), { conversationId: id })).items[0];
  const messageId = asId("message", message?.id ?? "");
  const calls = (ctx: ReturnType<typeof ctxOf>): (() => Promise<unknown>)[] => [
    () => getConversationView(ctx, { conversationId: id }),
    () => listMessages(ctx, { conversationId: id }),
    () => listMessages(ctx, { conversationId: id, around: messageId }),
    () => assignConversation(ctx, { conversationId: id, userId: null }),
    () => setConversationStatus(ctx, { conversationId: id, status: "resolved" }),
    () => markRead(ctx, { conversationId: id, messageId }),
    () => saveDraft(ctx, { conversationId: id, text: "x" }),
    () => listTemplatesFor(ctx, { conversationId: id }),
  ];
  for (const call of calls(ctxOf(other, "owner"))) await expect(call()).rejects.toMatchObject({ code: "not_found" });
  const lesser = { ...ctxOf(org, "owner"), permissions: new Set<string>() };
  for (const call of calls(lesser)) await expect(call()).rejects.toMatchObject({ code: "forbidden" });
  expect((await listConversationsById(ctxOf(other, "owner"), { ids: [id], view: "all" })).items).toEqual([]);
});

test("the trail's chain holds, and neither app nor worker can change it", async () => {
  const { rows } = await poolOf("owner").query(
    "select seq, at, actor, actor_id, action, subject, subject_id, detail, prev_hash, hash from audit_entries where org_id = $1 order by seq",
    [org.id],
  );
  expect(rows.length).toBeGreaterThan(1);
  const key = (await orgKeys(org.id)).audit.subkey(`audit.${org.id.replaceAll("-", "")}`);
  rows.forEach((row, i) => {
    expect(row.seq).toBe(i + 1);
    if (i > 0) expect(row.prev_hash.equals(rows[i - 1].hash)).toBe(true);
    const detail = JSON.stringify(Object.fromEntries(Object.entries(row.detail).sort(([a], [b]) => (a < b ? -1 : 1))));
    const fields = {
      ...row,
      orgId: org.id,
      at: row.at.toISOString(),
      actorId: row.actor_id,
      subjectId: row.subject_id,
      detail,
      prev: row.prev_hash,
    };
    expect(createHmac("sha256", key).update(canonicalEntry(fields)).digest().equals(row.hash)).toBe(true);
  });
  for (const role of ["app", "worker"] as const) {
    for (const text of [
      "update audit_entries set action = 'x'",
      "delete from audit_entries",
      "truncate audit_entries",
      "update audit_heads set seq = 0",
    ]) {
      await expect(poolOf(role).query(text)).rejects.toMatchObject({ code: "42501" });
    }
  }
  await expect(poolOf("owner").query("delete from audit_entries")).rejects.toThrow(/never changed/);
});

test("without an organisation there are no rows, and a foreign one cannot be written", async () => {
  for (const role of ["app", "worker"] as const) {
    for (const table of ["conversations", "messages", "contacts", "outbox", "drafts", "data_keys", "channels"]) {
      expect((await poolOf(role).query(`select count(*)::int as n from ${table}`)).rows[0].n).toBe(0);
    }
  }
  const { inTenantSql } = await import("@/lib/platform/sql");
  const insert = (id: Id<"organisation">) =>
    inTenantSql(systemCtx(org.id, "test"), (sql) =>
      sql.run("test.foreign", "insert into contacts (org_id, id) values ($1, gen_random_uuid())", [id]),
    );
  await expect(insert(other.id)).rejects.toMatchObject({ code: "42501" });
  expect(await insert(org.id)).toBe(1);
});
