/** A big inbox: by default a million sealed messages in 50,000 conversations of 100 organisations, shaped as ref-inbox.mjs shapes its own. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type pg from "pg";
import { type Id, newId } from "@/lib/kernel/ids";
import { days } from "@/lib/kernel/time";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { makeOrganisation } from "@/lib/testing/factory";
import { prepareDatabase, recreateDatabase } from "../scripts/lib/database.mjs";
import { hashOf, readJson, writeJson } from "../scripts/lib/files.mjs";
import type { Ground } from "./trial/ground";

export interface Size {
  messages: number;
  conversations: number;
  orgs: number;
}
export interface BigInbox {
  /** What the data was made from; another size or schema makes it anew. */
  made: string;
  organisations: { id: string; userId: string; email: string; password: string; conversations: number }[];
}
interface Conversation {
  id: Id<"conversation">;
  contact: Id<"contact">;
  org: number;
  matter: Id<"matter"> | null;
  last: { id: string; at: Date; direction: "in" | "out"; text: string } | null;
  unread: number;
}

const CHUNK = 10_000;
const sealedJson = (value: unknown) => JSON.stringify(value);

/** The data of the last run when size and schema are the same, else made now (a minute or two). */
export async function openBigInbox(ground: Ground, size: Size): Promise<BigInbox> {
  const file = path.join(ground.dir, "inbox.json");
  const made = `${hashOf(["prisma/migrations", "bench/inbox-data.ts", "lib/platform/crypto"], () => false)} ${JSON.stringify(size)}`;
  const known = readJson(file) as BigInbox | null;
  if (known?.made === made) return known;
  fs.rmSync(file, { force: true });
  await recreateDatabase(ground.ownerUrl);
  await prepareDatabase(ground.ownerUrl, ground.secrets);
  const organisations = await makeAll(size);
  const inbox: BigInbox = { made, organisations };
  writeJson(file, inbox, 0o600);
  return inbox;
}

async function makeAll(size: Size): Promise<BigInbox["organisations"]> {
  const made = [];
  for (let i = 0; i < size.orgs; i++) made.push(await makeOrganisation({ slug: `big-${i}` }));
  const keys = await Promise.all(made.map((o) => orgKeys(o.id)));
  const client = await poolOf("owner").connect();
  try {
    await client.query("set session_replication_role = replica"); // foreign keys hold by construction
    const indexes = await dropIndexes(client);
    const conversations = await makeContacts(client, size, made, keys);
    await makeMatters(client, conversations, made, keys);
    await makeMessages(client, size, conversations, made, keys);
    await makeConversations(client, conversations, made, keys);
    for (const definition of indexes) await client.query(definition);
    await client.query("set session_replication_role = default");
    for (const table of ["contacts", "contact_identities", "matters", "matter_people", "conversations", "messages"])
      await client.query(`vacuum analyze ${table}`);
    await client.query("checkpoint");
    const counts = new Map<number, number>();
    for (const c of conversations) counts.set(c.org, (counts.get(c.org) ?? 0) + 1);
    return made.map((o, i) => ({
      id: o.id,
      userId: o.users[0]?.id ?? "",
      email: o.users[0]?.email ?? "",
      password: o.users[0]?.password ?? "",
      conversations: counts.get(i) ?? 0,
    }));
  } finally {
    client.release(true);
  }
}

type Made = Awaited<ReturnType<typeof makeOrganisation>>[];

async function dropIndexes(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename in ('messages', 'conversations', 'contact_identities')
      and indexname not like '%_pkey'`,
  );
  for (const { indexname } of rows) await client.query(`drop index ${indexname}`);
  return rows.map((r) => r.indexdef);
}

/** Sizes are skewed: the largest organisation holds roughly a sixth of everything. */
async function makeContacts(client: pg.PoolClient, size: Size, made: Made, keys: OrgKeys[]): Promise<Conversation[]> {
  const conversations: Conversation[] = [];
  for (let from = 0; from < size.conversations; from += CHUNK) {
    const part = Array.from({ length: Math.min(CHUNK, size.conversations - from) }, (_, i) => {
      const org = Math.floor(size.orgs * Math.random() ** 2.5);
      return {
        id: newId("conversation"),
        contact: newId("contact"),
        identity: newId("identity"),
        org,
        phone: `55119${10_000_000 + from + i}`,
      };
    });
    const org = (p: (typeof part)[number]) => made[p.org]?.id;
    await client.query(
      "insert into contacts (org_id, id, name_sealed) select * from unnest($1::uuid[], $2::uuid[], $3::bytea[])",
      [
        part.map(org),
        part.map((p) => p.contact),
        part.map((p) => keys[p.org]?.seal("contacts", "name_sealed", p.contact, `Contact ${p.phone}`)),
      ],
    );
    await client.query(
      `insert into contact_identities (org_id, id, contact_id, kind, lookup, value_sealed)
        select o, i, c, 'phone', l, v from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[]) u (o, i, c, l, v)`,
      [
        part.map(org),
        part.map((p) => p.identity),
        part.map((p) => p.contact),
        part.map((p) => keys[p.org]?.lookup("phone", p.phone)),
        part.map((p) => keys[p.org]?.seal("contact_identities", "value_sealed", p.identity, p.phone)),
      ],
    );
    conversations.push(...part.map((p) => ({ id: p.id, contact: p.contact, org: p.org, matter: null, last: null, unread: 0 })));
  }
  return conversations;
}

/**
 * Half of the conversations are under a matter, five to one; a third of the matters have a wall, of which the viewer is inside every second,
 * and a tenth of the others keep the viewer out.
 */
async function makeMatters(client: pg.PoolClient, conversations: Conversation[], made: Made, keys: OrgKeys[]): Promise<void> {
  const matters: { id: Id<"matter">; org: number; walled: boolean; access: "member" | "denied" | null }[] = [];
  const open = new Map<number, { id: Id<"matter">; left: number }>();
  for (const c of conversations) {
    if (Math.random() < 0.5) continue;
    let matter = open.get(c.org);
    if (!matter || matter.left === 0) {
      matter = { id: newId("matter"), left: 5 };
      open.set(c.org, matter);
      const walled = Math.random() < 1 / 3;
      const access = walled ? (Math.random() < 0.5 ? "member" : null) : Math.random() < 0.1 ? "denied" : null;
      matters.push({ id: matter.id, org: c.org, walled, access });
    }
    matter.left--;
    c.matter = matter.id;
  }
  const org = (m: (typeof matters)[number]) => made[m.org]?.id;
  const user = (m: (typeof matters)[number]) => made[m.org]?.users[0]?.id;
  await client.query(
    `insert into matters (org_id, id, reference, title_sealed, walled, created_by)
      select o, i, 'M-' || right(i::text, 6), t, w, u from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bool[], $5::uuid[]) x (o, i, t, w, u)`,
    [
      matters.map(org),
      matters.map((m) => m.id),
      matters.map((m) => keys[m.org]?.seal("matters", "title_sealed", m.id, `Matter ${m.id.slice(-6)}`)),
      matters.map((m) => m.walled),
      matters.map(user),
    ],
  );
  const listed = matters.filter((m) => m.access !== null);
  await client.query(
    "insert into matter_people (org_id, matter_id, user_id, access, set_by) select o, i, u, a, u from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) x (o, i, u, a)",
    [listed.map(org), listed.map((m) => m.id), listed.map(user), listed.map((m) => m.access)],
  );
}

async function makeMessages(
  client: pg.PoolClient,
  size: Size,
  conversations: Conversation[],
  made: Made,
  keys: OrgKeys[],
): Promise<void> {
  const began = Date.now() - days(180);
  for (let from = 0; from < size.messages; from += CHUNK) {
    const part = Array.from({ length: Math.min(CHUNK, size.messages - from) }, (_, i) => {
      const g = from + i;
      const c = conversations[Math.floor(conversations.length * Math.random() ** 1.6)] as Conversation;
      const direction: "in" | "out" = Math.random() < 0.55 ? "in" : "out";
      const hash = createHash("md5").update(`${g}`).digest("hex");
      const at = new Date(began + (days(180) * g) / size.messages);
      const one = {
        id: newId("message"),
        at,
        direction,
        text: `order ${hash} ${hash.slice(0, 31)}7 delivery tomorrow please confirm`,
      };
      c.last = one;
      c.unread = direction === "in" ? c.unread + 1 : 0;
      return { ...one, c, wamid: `wamid.${hash}${hash}` };
    });
    const key = (p: (typeof part)[number]) => keys[p.c.org] as OrgKeys;
    await client.query(
      `insert into messages (org_id, id, conversation_id, direction, origin, type, body_sealed, wamid_sealed, wamid_lookup, at, received_at, accepted_at, sent_at, delivered_at, read_at, matter_id)
        select o, i, c, d, case d when 'in' then 'client' else 'agent' end, 'text', b, w, l, t, t, told, told, told, told, r
        from (select *, case when d = 'out' then t end as told
          from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::timestamptz[], $9::uuid[]) u (o, i, c, d, b, w, l, t, r)) u`,
      [
        part.map((p) => made[p.c.org]?.id),
        part.map((p) => p.id),
        part.map((p) => p.c.id),
        part.map((p) => p.direction),
        part.map((p) => key(p).seal("messages", "body_sealed", p.id, sealedJson({ content: { kind: "text", text: p.text } }))),
        part.map((p) => key(p).seal("messages", "wamid_sealed", p.id, p.wamid)),
        part.map((p) => key(p).wamidLookup(made[p.c.org]?.channels[0]?.phoneNumberId ?? "", p.wamid)),
        part.map((p) => p.at),
        part.map((p) => p.c.matter),
      ],
    );
    if (from % (CHUNK * 10) === 0) console.log(`  ${from} of ${size.messages} messages made`);
  }
}

async function makeConversations(
  client: pg.PoolClient,
  conversations: Conversation[],
  made: Made,
  keys: OrgKeys[],
): Promise<void> {
  for (let from = 0; from < conversations.length; from += CHUNK) {
    const part = conversations.slice(from, from + CHUNK);
    const seal = (c: Conversation, column: string, text: string) => keys[c.org]?.seal("conversations", column, c.id, text);
    await client.query(
      `insert into conversations (org_id, id, channel_id, contact_id, assignee_id, name_sealed, preview_sealed, preview_type, preview_direction,
          last_message_id, last_activity_at, last_inbound_at, unread, matter_id)
        select o, i, h, c, a, n, p, case when m is not null then 'text' end, d, m, coalesce(t, now()), t, x, r
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[], $7::bytea[], $8::text[], $9::uuid[], $10::timestamptz[], $11::int[], $12::uuid[])
          u (o, i, h, c, a, n, p, d, m, t, x, r)`,
      [
        part.map((c) => made[c.org]?.id),
        part.map((c) => c.id),
        part.map((c) => made[c.org]?.channels[0]?.id),
        part.map((c) => c.contact),
        part.map((c) => (Math.random() < 0.5 ? made[c.org]?.users[0]?.id : null)),
        part.map((c) => seal(c, "name_sealed", `Contact ${c.contact.slice(-8)}`)),
        part.map((c) => (c.last ? seal(c, "preview_sealed", sealedJson({ text: c.last.text.slice(0, 80) })) : null)),
        part.map((c) => c.last?.direction ?? null),
        part.map((c) => c.last?.id ?? null),
        part.map((c) => c.last?.at ?? null),
        part.map((c) => c.unread),
        part.map((c) => c.matter),
      ],
    );
  }
}
