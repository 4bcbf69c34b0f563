/** The index behind the search box: tokens follow messages and names within moments; a sweep stands behind it. */

import { readContacts } from "@/lib/contacts";
import { searchableText } from "@/lib/inbox/model";
import { phoneTerms, terms } from "@/lib/inbox/search-terms";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { readBody } from "@/lib/messages";
import { searchTokens } from "@/lib/platform/crypto/search-tokens";
import { errorFields, log } from "@/lib/platform/log";
import { bigintArrayText, inSystem, inTenantSql, type Sql } from "@/lib/platform/sql";

const BATCH = 500;

/** Indexes what waits, organisation by organisation. @returns true when more may wait */
export async function sweepSearch(): Promise<boolean> {
  const orgs = await inSystem("search sweep", (sql) =>
    sql.rows<{ org_id: string }>("search.orgs", "select distinct org_id from search_queue limit 200"),
  );
  let more = false;
  for (const { org_id } of orgs) {
    try {
      more = (await indexOrganisation(asId("organisation", org_id))) || more;
    } catch (error) {
      log.warn("search.index_failed", { orgId: org_id, ...errorFields(error) }); // one organisation's fault is not another's
    }
  }
  return more;
}

/** Indexes one batch of one organisation. @returns true when the batch was full */
export async function indexOrganisation(orgId: Id<"organisation">): Promise<boolean> {
  return inTenantSql(systemCtx(orgId, "search.index"), async (sql) => {
    const queued = await sql.rows<{ kind: string; id: string }>(
      "search.take",
      `delete from search_queue q using (select kind, id from search_queue where org_id = $1 order by created_at limit $2 for update skip locked) t
        where q.org_id = $1 and q.kind = t.kind and q.id = t.id returning q.kind, q.id`,
      [orgId, BATCH],
    );
    await indexMessages(
      sql,
      queued.filter((q) => q.kind === "message").map((q) => q.id),
    );
    await indexContacts(
      sql,
      queued.filter((q) => q.kind === "contact").map((q) => q.id),
    );
    return queued.length === BATCH;
  });
}

async function indexMessages(sql: Sql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = await sql.rows<{
    id: string;
    conversation_id: string;
    at: Date;
    body_sealed: Buffer | null;
    privileged: boolean;
  }>(
    "search.messages",
    "select id, conversation_id, at, body_sealed, privileged from messages where org_id = $1 and id = any($2::uuid[])",
    [sql.ctx.orgId, ids],
  );
  await forgetPrivileged(
    sql,
    found.filter((r) => r.privileged),
  );
  const rows = found.filter((r) => !r.privileged);
  const list = rows.map((r) => ({ ...r, tokens: tokensOf(sql, r) })).filter((r) => r.tokens.length > 0);
  await sql.run(
    "search.insert",
    // ragged arrays do not unnest: each row's tokens travel as text
    `insert into message_search (org_id, created_at, message_id, conversation_id, tokens)
      select $1, u.at, u.id, u.cv, u.tokens::bigint[] from unnest($2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[]) u (at, id, cv, tokens)
      on conflict do nothing`,
    [
      sql.ctx.orgId,
      list.map((r) => r.at),
      list.map((r) => r.id),
      list.map((r) => r.conversation_id),
      list.map((r) => bigintArrayText(r.tokens)),
    ],
  );
}

/** Privileged words leave no trace in the index, not even one that is hard to read; what was there before they were marked goes. */
async function forgetPrivileged(sql: Sql, rows: { id: string; at: Date }[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.run(
    "search.forget",
    `delete from message_search s using unnest($2::timestamptz[], $3::uuid[]) u (at, id)
      where s.org_id = $1 and s.created_at = u.at and s.message_id = u.id`,
    [sql.ctx.orgId, rows.map((r) => r.at), rows.map((r) => r.id)],
  );
}

/** A message that does not open cannot be found; it must not keep the others from being found. */
function tokensOf(sql: Sql, row: { id: string; body_sealed: Buffer | null }): string[] {
  return searchTokens(sql.keys.index, terms(searchableText(readBody(sql, row.id, row.body_sealed).content)));
}

async function indexContacts(sql: Sql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const contacts = [...(await readContacts(sql, ids)).values()];
  const list = contacts.map((c) => ({
    id: c.id,
    tokens: searchTokens(sql.keys.index, [...terms(c.name ?? ""), ...(c.phone ? phoneTerms(c.phone) : [])]),
  }));
  await sql.run(
    "search.contacts",
    `insert into contact_search (org_id, contact_id, tokens) select $1, u.id, u.tokens::bigint[] from unnest($2::uuid[], $3::text[]) u (id, tokens)
      on conflict (org_id, contact_id) do update set tokens = excluded.tokens`,
    [sql.ctx.orgId, list.map((l) => l.id), list.map((l) => bigintArrayText(l.tokens))],
  );
}

/** Merges freshly written tokens into the index, so that searches stay fast; each second, whoever comes first. */
export async function flushSearch(): Promise<void> {
  await inSystem("search flush", (sql) => sql.rows("search.flush", "select flush_search()"));
}
