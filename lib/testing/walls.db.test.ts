/** What stands behind a wall is not there: every role, every list, every way to read, and statements nobody of us wrote. */
import { randomUUID } from "node:crypto";
import { fc } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "@/lib/identity";
import {
  assignConversation,
  bindConversation,
  countUnread,
  fileInstruction,
  getConversationView,
  heardBy,
  keptFrom,
  listConversations,
  listConversationsById,
  listMessages,
  listTemplatesFor,
  listTimeline,
  markRead,
  replyToConversation,
  resendMessage,
  saveDraft,
  searchInbox,
  setConversationStatus,
  setPrivileged,
  undoReply,
  withdrawInstruction,
} from "@/lib/inbox";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { changeMatter, getMatter, listMatters, setPerson, setWall } from "@/lib/matters";
import { mayReadMatter } from "@/lib/matters/model";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { conversationChanged, conversationTouched } from "@/lib/platform/live";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { ctxOf, type MadeOrganisation } from "@/lib/testing/factory";
import { answers, EVERY_ROLE, makeFirm, makeMatter, makeTalk, personOf, says } from "@/lib/testing/matters";

afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** One matter of a kind, with a conversation under it that was another's before. */
interface Scene {
  org: MadeOrganisation;
  walled: boolean;
  access: "member" | "denied" | null;
  matterId: Id<"matter">;
  conversationId: Id<"conversation">;
  /** Of the part under the matter. */
  messageIds: Id<"message">[];
  /** A reply of the part that failed, one that is held, and the client's. */
  client: Id<"message">;
  failed: Id<"message">;
  held: Id<"message">;
}
const WORD = "durian4471";
const NAME = "Zubaidah4471";
const TITLE = "Perkara4471";
const CANARIES = [WORD, TITLE];
const PHONE = "628144714471";

async function makeScene(role: Role, walled: boolean, access: "member" | "denied" | null, before: boolean): Promise<Scene> {
  const org = await makeFirm();
  const keeper: Role = role === "lawyer" ? "owner" : "lawyer"; // whoever is looked at did not make the matter
  const lines = [
    ...(before ? [says(60, "kabar biasa")] : []),
    says(9, `${WORD} satu`),
    answers(8, `${WORD} dua`),
    { from: "us" as const, ago: 7, text: `${WORD} tiga`, state: "failed" as const },
  ];
  const conversationId = await makeTalk(org, { phone: PHONE, name: NAME, lines, unread: 1 });
  const matterId = await makeMatter(org, keeper, { title: TITLE, people: access ? [[role, access]] : [] });
  const ctx = ctxOf(org, keeper);
  const all = (await listMessages(ctx, { conversationId })).items;
  const textOf = (m: (typeof all)[number]) => (m.content.kind === "text" ? m.content.text : "");
  const under = all.filter((m) => textOf(m).includes(WORD));
  const first = asId("message", under[0]?.id ?? "");
  await bindConversation(ctx, { conversationId, matterId, from: before ? first : "part" });
  await fileInstruction(ctx, { messageId: first });
  const reply = await replyToConversation(ctx, { conversationId, requestId: randomUUID(), text: `${WORD} tahan` });
  await poolOf("owner").query("insert into drafts (org_id, conversation_id, user_id, body_sealed) values ($1, $2, $3, 'x')", [
    org.id,
    conversationId,
    personOf(org, keeper),
  ]);
  if (walled) await setWall(ctx, { matterId, walled });
  return {
    org,
    walled,
    access,
    matterId,
    conversationId,
    messageIds: [...under.map((m) => asId("message", m.id)), asId("message", reply.id)],
    client: first,
    failed: asId("message", under.find((m) => textOf(m).includes("tiga"))?.id ?? ""),
    held: asId("message", reply.id),
  };
}

/** Every way to read. A refusal counts as an answer: it must not say more than that nothing is there. */
const READS: Record<string, (ctx: Ctx, s: Scene) => Promise<unknown>> = {
  "list, all": (ctx) => listConversations(ctx, { view: "all" }),
  "list, mine": (ctx) => listConversations(ctx, { view: "mine" }),
  "list, unassigned": (ctx) => listConversations(ctx, { view: "unassigned" }),
  "rows by id": (ctx, s) => listConversationsById(ctx, { ids: [s.conversationId], view: "all" }),
  conversation: (ctx, s) => getConversationView(ctx, s),
  thread: (ctx, s) => listMessages(ctx, s),
  "thread around": (ctx, s) => listMessages(ctx, { conversationId: s.conversationId, around: s.client }),
  "thread after": (ctx, s) => listMessages(ctx, { conversationId: s.conversationId, after: s.held }),
  "search, words": (ctx) => searchInbox(ctx, { q: WORD }),
  "search, beginnings": (ctx) => searchInbox(ctx, { q: WORD.slice(0, 4) }),
  "search, name": (ctx) => searchInbox(ctx, { q: NAME }),
  "search, phone": (ctx) => searchInbox(ctx, { q: PHONE }),
  matters: (ctx) => listMatters(ctx, {}),
  "matters, words": (ctx) => listMatters(ctx, { q: TITLE }),
  matter: (ctx, s) => getMatter(ctx, s),
  timeline: (ctx, s) => listTimeline(ctx, s),
  templates: (ctx, s) => listTemplatesFor(ctx, s),
};
/** Every way to do something with it; each must find nothing. */
const DEEDS: Record<string, (ctx: Ctx, s: Scene) => Promise<unknown>> = {
  reply: (ctx, s) => replyToConversation(ctx, { conversationId: s.conversationId, requestId: randomUUID(), text: "x" }),
  resend: (ctx, s) => resendMessage(ctx, { messageId: s.failed, requestId: randomUUID() }),
  undo: (ctx, s) => undoReply(ctx, { messageId: s.held }),
  read: (ctx, s) => markRead(ctx, { conversationId: s.conversationId, messageId: s.client }),
  draft: (ctx, s) => saveDraft(ctx, { conversationId: s.conversationId, text: "x" }),
  assign: (ctx, s) => assignConversation(ctx, { conversationId: s.conversationId, userId: userIdOf(ctx) }),
  resolve: (ctx, s) => setConversationStatus(ctx, { conversationId: s.conversationId, status: "resolved" }),
  bind: (ctx, s) => bindConversation(ctx, { conversationId: s.conversationId, matterId: null, from: "now" }),
  privilege: (ctx, s) => setPrivileged(ctx, { conversationId: s.conversationId, privileged: true }),
  file: (ctx, s) => fileInstruction(ctx, { messageId: s.failed }),
  withdraw: (ctx, s) => withdrawInstruction(ctx, { messageId: s.client }),
  "change matter": (ctx, s) => changeMatter(ctx, { matterId: s.matterId, change: { title: "x" } }),
  wall: (ctx, s) => setWall(ctx, { matterId: s.matterId, walled: false }),
  person: (ctx, s) => setPerson(ctx, { matterId: s.matterId, userId: personOf(s.org, "agent"), access: "member" }),
};

const refused = (error: unknown) => ({ refused: (error as { code?: string; detail?: string }).code });
const answer = async (work: Promise<unknown>) => JSON.stringify(await work.catch(refused));
const OF_THEM = (s: Scene) => [...CANARIES, s.matterId, ...s.messageIds];

const CASES = EVERY_ROLE.flatMap((role) =>
  [false, true].flatMap((walled) =>
    ([null, "member", "denied"] as const).flatMap((access) => [false, true].map((before) => ({ role, walled, access, before }))),
  ),
);

describe("roles x lists x walls x every way to read", () => {
  test.each(CASES)(
    "$role, walled $walled, on the list $access, had a part before $before",
    async ({ role, walled, access, before }) => {
      const s = await makeScene(role, walled, access, before);
      const ctx = ctxOf(s.org, role);
      const reads = mayReadMatter({ walled }, access);
      const seen: string[] = [];
      for (const [way, read] of Object.entries(READS)) {
        const text = await answer(read(ctx, s));
        const leaks = OF_THEM(s).filter((canary) => text.includes(canary));
        if (!reads) expect(leaks, way).toEqual([]);
        // without an earlier part the conversation itself is not there either, nor the name on it
        if (!reads && !before) expect([text.includes(s.conversationId), text.includes(NAME)], way).toEqual([false, false]);
        if (leaks.length > 0) seen.push(way);
      }
      if (reads)
        expect(seen).toEqual(
          Object.keys(READS).filter((way) => !["list, mine", "search, name", "search, phone", "templates"].includes(way)),
        );
      const counts = await countUnread(ctx);
      expect(counts.all).toBe(reads ? 1 : 0);

      const events = [
        conversationTouched(s.conversationId),
        conversationChanged({ conversationId: s.conversationId, messageId: s.client }),
      ];
      const kept = await keptFrom(s.org.id, events);
      expect(events.map((e) => heardBy(e, kept, userIdOf(ctx)) !== null)).toEqual([reads, reads]);
      if (reads) return;
      const state = await snapshot(s);
      for (const [deed, act] of Object.entries(DEEDS)) {
        const result = await answer(act(ctx, s));
        expect(
          ["not_found", "forbidden"].map((refused) => JSON.stringify({ refused })),
          deed,
        ).toContain(result);
      }
      expect(await snapshot(s)).toEqual(state);
    },
  );
});

const snapshot = async (s: Scene) => {
  const owner = poolOf("owner");
  const of = async (table: string) =>
    (await owner.query(`select to_jsonb(x) - 'lease_until' as r from ${table} x where org_id = $1 order by 1`, [s.org.id])).rows;
  return Promise.all(["conversations", "messages", "matters", "matter_people", "instructions", "activities", "drafts"].map(of));
};

describe("statements nobody of us wrote, as the role `app`", () => {
  let s: Scene;
  let outsider: Ctx;
  let tables: { name: string; columns: { name: string; type: string }[] }[];
  let hidden: string[];
  beforeAll(async () => {
    s = await makeScene("admin", true, null, true);
    outsider = ctxOf(s.org, "admin");
    const { rows } = await poolOf("owner").query<{ name: string; columns: { name: string; type: string }[] }>(
      `select c.relname as name, json_agg(json_build_object('name', a.attname, 'type', a.atttypid::regtype::text) order by a.attnum) as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_column_privilege('app', c.oid, a.attnum, 'select')
          and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'org_id')
        group by c.relname order by 1`,
    );
    tables = rows;
    const ids = await poolOf("owner").query<{ id: string }>(
      `select id::text from messages where matter_id = $1 union select id::text from instructions where matter_id = $1
        union select id::text from activities where matter_id = $1 union select id::text from outbox o where message_id in (select id from messages where matter_id = $1)`,
      [s.matterId],
    );
    hidden = [s.matterId, ...ids.rows.map((r) => r.id)];
  });

  test("every table that people's role may read, whole: nothing of the matter is in it", async () => {
    expect(tables.map((t) => t.name)).toEqual(
      expect.arrayContaining(["activities", "conversations", "instructions", "matters", "messages", "outbox"]),
    );
    expect(hidden.length).toBeGreaterThan(8);
    for (const { name, columns } of tables) {
      const list = columns.map((c) => `"${c.name}"::text`).join(", ");
      const rows = await inTenantSql(outsider, (sql) => sql.rows(`walls.${name}`, `select ${list} from "${name}"`));
      const text = JSON.stringify(rows);
      expect(
        hidden.filter((id) => text.includes(id)),
        name,
      ).toEqual([]);
      const insider = JSON.stringify(
        await inTenantSql(ctxOf(s.org, "lawyer"), (sql) => sql.rows(`walls.${name}`, `select ${list} from "${name}"`)),
      );
      if (
        ["activities", "conversations", "drafts", "instructions", "matter_people", "matters", "messages", "outbox"].includes(name)
      )
        expect(hidden.concat(s.conversationId).filter((id) => insider.includes(id)).length, name).toBeGreaterThan(0);
    }
    const conversations = await inTenantSql(outsider, (sql) =>
      sql.rows("walls.conversation", "select 1 from conversations where id = $1", [s.conversationId]),
    );
    expect(conversations).toEqual([]);
  });

  test("random reads, joins, counts and changes reach nothing of it", async () => {
    const before = await snapshot(s);
    const joined = [
      "conversations",
      "messages",
      "matters",
      "stretches",
      "activities",
      "instructions",
      "outbox",
      "drafts",
      "contacts",
    ];
    const table = fc.constantFrom(...tables.map((t) => t.name));
    const id = fc.constantFrom(...hidden, s.conversationId);
    const predicate = fc.oneof(
      fc.constant("true"),
      id.map((v) => `to_jsonb(x)::text like '%${v}%'`),
      id.map((v) => `exists (select 1 from messages m where m.id = '${v}')`),
      id.map((v) => `'${v}' in (select y.id from matters y)`),
      fc.constant(`x.org_id = '${s.org.id}' or true`),
      fc.constantFrom(...joined).map((t) => `exists (select 1 from ${t} y where to_jsonb(y)::text like '%${s.matterId}%')`),
    );
    const read = fc
      .record({
        a: table,
        b: fc.constantFrom(...joined),
        p: predicate,
        shape: fc.constantFrom("rows", "agg", "max", "join", "lateral", "union"),
      })
      .map(({ a, b, p, shape }) => {
        const cols = (t: string) => (tables.find((x) => x.name === t)?.columns ?? []).map((c) => `"${c.name}"`).join(", ");
        const from = `(select ${cols(a)} from "${a}") x`;
        if (shape === "rows") return `select to_jsonb(x)::text as v from ${from} where ${p}`;
        if (shape === "agg") return `select jsonb_agg(x)::text as v from ${from} where ${p}`;
        if (shape === "max") return `select max(to_jsonb(x)::text) as v from ${from} where ${p}`;
        if (shape === "join")
          return `select to_jsonb(x)::text || to_jsonb(y)::text as v from ${from} join (select ${cols(b)} from ${b}) y on y.org_id = x.org_id where ${p} limit 500`;
        if (shape === "lateral")
          return `select l.v from ${from} cross join lateral (select to_jsonb(y)::text as v from ${b} y where y.org_id = x.org_id limit 50) l where ${p}`;
        return `select to_jsonb(x)::text as v from ${from} where ${p} union all select to_jsonb(y)::text from ${b} y`;
      });
    // a change that finds a row would say so by how many it changed, or by what it returns
    const write = fc
      .record({
        t: fc.constantFrom("conversations", "messages", "stretches", "activities", "instructions", "matters", "outbox", "drafts"),
        v: id,
      })
      .chain(({ t, v }) =>
        fc.constantFrom(
          `update ${t} x set org_id = org_id where to_jsonb(x)::text like '%${v}%' returning to_jsonb(x)::text as v`,
          `select to_jsonb(x)::text as v from ${t} x where to_jsonb(x)::text like '%${v}%' for update`,
          `update messages set matter_id = '${s.matterId}' where org_id = '${s.org.id}' returning id::text as v`,
          `update conversations set matter_id = null where id = '${s.conversationId}' returning id::text as v`,
          `insert into matter_people (org_id, matter_id, user_id, access, set_by) values ('${s.org.id}', '${s.matterId}', '${userIdOf(outsider)}', 'member', '${userIdOf(outsider)}') returning matter_id::text as v`,
          `insert into instructions (org_id, id, message_id, conversation_id, matter_id, filed_by, sha256_sealed) values ('${s.org.id}', gen_random_uuid(), '${s.client}', '${s.conversationId}', '${s.matterId}', '${userIdOf(outsider)}', 'x') returning id::text as v`,
        ),
      );
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: read }, { weight: 1, arbitrary: write }), async (text) => {
        const rows = await inTenantSql(outsider, (sql) => sql.rows<{ v: string | null }>("", text)).catch(
          (error: { code?: string }) => {
            // what is refused says nothing: no right to the table, or a row the wall does not let in
            expect(["42501", "0A000"], text).toContain(error.code);
            return null;
          },
        );
        if (!rows) return;
        ran++;
        const found = rows.map((r) => r.v ?? "").join("\n");
        // the id asked for stands in the statement, never in its answer
        expect(
          hidden.filter((one) => found.includes(one)),
          text,
        ).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(ran).toBeGreaterThan(200);
    expect(await snapshot(s)).toEqual(before);
  }, 120_000);
});
