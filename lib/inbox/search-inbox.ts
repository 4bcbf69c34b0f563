import { findByPhone, phoneQuery } from "@/lib/contacts";
import { allow } from "@/lib/identity";
import { searchableText, shownName } from "@/lib/inbox/model";
import { queryTerms } from "@/lib/inbox/search-terms";
import { ENDED, GOING_ON, PEOPLE, readName, STANDS_IN } from "@/lib/inbox/store";
import type { SearchHit, SearchPage } from "@/lib/inbox/views";
import type { Ctx } from "@/lib/kernel/ctx";
import { type Cursor, decodeCursor, encodeCursor, FIRST } from "@/lib/kernel/cursor";
import { phoneAliases } from "@/lib/kernel/phone";
import { matches } from "@/lib/kernel/words";
import { authorOf, readBody } from "@/lib/messages";
import { searchTokens } from "@/lib/platform/crypto/search-tokens";
import { bigintArrayText, inTenantSql, type Sql } from "@/lib/platform/sql";

const WANTED = 50;
const ASK = 100;
/** After this long, what was found is returned and older hits are offered, in milliseconds. */
const PATIENCE = 150;

/**
 * Finds conversations by name or phone, and messages by words and word beginnings, newest first.
 * Bodies are sealed: middles of words are not found. Nothing is counted.
 * @param input.cursor goes on with older messages
 */
export async function searchInbox(ctx: Ctx, input: { q: string; cursor?: string }): Promise<SearchPage> {
  allow(ctx, "inbox.read");
  const q = input.q.slice(0, 200);
  const phone = phoneQuery(q);
  const asked = queryTerms(q);
  if (!phone && asked.length === 0) return { items: [], nextCursor: null };
  return inTenantSql(ctx, async (sql) => {
    const people = input.cursor ? [] : await searchPeople(sql, q, phone, asked);
    const found =
      asked.length > 0 ? await searchMessages(sql, q, asked, input.cursor ? decodeCursor(input.cursor) : FIRST) : NONE;
    return { items: [...people, ...found.items], nextCursor: found.next ? encodeCursor(found.next) : null };
  });
}

async function searchPeople(sql: Sql, q: string, phone: string | null, asked: string[]): Promise<SearchHit[]> {
  const ids = new Set(phone ? await findByPhone(sql, phoneAliases(phone)) : []);
  const termSets = phone ? [[`#${phone}`]] : [];
  if (asked.length > 0) termSets.push(asked);
  for (const set of termSets) {
    const hits = await sql.rows<{ contact_id: string }>(
      "search.people",
      "select contact_id from search_contacts($1::text::bigint[], 50)",
      [bigintArrayText(searchTokens(sql.keys.index, set))],
    );
    for (const h of hits) ids.add(h.contact_id);
  }
  const rows = await sql.rows<{ id: string; contact_id: string; name_sealed: Buffer | null; stretch_id: string | null }>(
    "search.conversations",
    `select c.id, c.contact_id, c.name_sealed, c.stretch_id from (
        select ${GOING_ON} from conversations c where c.org_id = $1 and c.contact_id = any($2::uuid[])
        union all select ${ENDED} from stretches s where s.org_id = $1 and s.contact_id = any($2::uuid[]) and ${STANDS_IN}) c
      order by c.last_activity_at desc limit 20`,
    [sql.ctx.orgId, [...ids]],
  );
  return rows
    .map((r) => ({
      ...r,
      name: readName(sql, r) ?? shownName(null, null, r.contact_id),
    }))
    .filter((r) => phone !== null || matches(r.name, q))
    .map((r) => ({ conversationId: r.id, name: r.name, message: null }));
}

interface Found {
  items: SearchHit[];
  next: Cursor | null;
}
const NONE: Found = { items: [], next: null };

async function searchMessages(sql: Sql, q: string, asked: string[], from: Cursor): Promise<Found> {
  const tokens = bigintArrayText(searchTokens(sql.keys.index, asked));
  const started = performance.now();
  const items: SearchHit[] = [];
  let at = from;
  while (items.length < WANTED && performance.now() - started < PATIENCE) {
    const page = await searchPage(sql, tokens, at);
    for (const row of page) {
      at = { at: row.hit_at, id: row.hit_id };
      if (row.id === null || row.conversation_id === null || row.at === null) continue; // not for this viewer's eyes
      const text = searchableText(readBody(sql, row.id, row.body_sealed).content);
      if (!matches(text, q)) continue;
      items.push({
        conversationId: row.conversation_id,
        name: readName(sql, { id: row.conversation_id, name_sealed: row.name_sealed, stretch_id: row.stretch_id }) ?? "",
        message: { id: row.id, at: row.at.toISOString(), author: authorOf(row), text: snippet(text, q) },
      });
      if (items.length >= WANTED) break;
    }
    if (page.length < ASK) return { items, next: items.length >= WANTED ? at : null };
  }
  return { items, next: at };
}

/** Ids come from the definer function; everything shown is joined under the viewer's own row-level security. */
const searchPage = (sql: Sql, tokens: string, at: Cursor) =>
  sql.rows<{
    hit_at: Date;
    hit_id: string;
    id: string | null;
    conversation_id: string | null;
    at: Date | null;
    author_id: string | null;
    author_name: string | null;
    body_sealed: Buffer | null;
    name_sealed: Buffer | null;
    stretch_id: string | null;
  }>(
    "search.page",
    `with ${PEOPLE}
      select s.created_at as hit_at, s.message_id as hit_id, m.id, m.conversation_id, m.at, m.author_id, p.name as author_name, m.body_sealed,
        case when c.id is null then e.name_sealed else c.name_sealed end as name_sealed, e.id as stretch_id
      from search_messages($2::text::bigint[], ${ASK}, $3, $4) s
      left join messages m on m.org_id = $1 and m.id = s.message_id
        and not exists (select 1 from outbox o where o.org_id = $1 and o.message_id = m.id and o.state = 'cancelled')
      left join p on p.id = m.author_id
      left join conversations c on c.org_id = $1 and c.id = m.conversation_id
      -- the conversation may have gone on where this viewer may not read
      left join lateral (select e.id, e.name_sealed from stretches e where c.id is null and e.org_id = $1 and e.conversation_id = m.conversation_id
        order by e.until_at desc limit 1) e on true
      order by s.created_at desc, s.message_id desc`,
    [sql.ctx.orgId, tokens, at.at, at.id],
  );

const AROUND = 60;
/** A piece of the text around the first asked word. */
function snippet(text: string, q: string): string {
  const flat = text.replace(/\s+/g, " ");
  const first = q.trim().split(/\s+/)[0]?.toLowerCase() ?? "";
  const hit = Math.max(0, flat.toLowerCase().indexOf(first));
  const start = Math.max(0, hit - AROUND);
  return `${start > 0 ? "…" : ""}${flat.slice(start, hit + 2 * AROUND)}${flat.length > hit + 2 * AROUND ? "…" : ""}`;
}
