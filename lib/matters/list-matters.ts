import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { type Cursor, decodeCursor, encodeCursor, FIRST } from "@/lib/kernel/cursor";
import type { Id } from "@/lib/kernel/ids";
import { matches } from "@/lib/kernel/words";
import { MATTER_COLUMNS, type MatterRaw, readWord, toMatterRows } from "@/lib/matters/store";
import type { MatterPage, MatterRow } from "@/lib/matters/views";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

const PAGE = 50;
/** Titles are sealed: words are compared after opening, at most so many matters at a time. */
const MOST_OPENED = 2000;

/**
 * Matters, newest first.
 * @param input.q words of title, kind, reference or client's name; with it at most fifty are returned, without a cursor
 * @param input.clientId only those of a contact
 */
export async function listMatters(
  ctx: Ctx,
  input: { q?: string; status?: "open" | "closed"; clientId?: Id<"contact">; cursor?: string },
): Promise<MatterPage> {
  allow(ctx, "matters.read");
  return inTenantSql(ctx, async (sql) => {
    const word = await readWord(sql);
    const q = input.q?.trim();
    if (q) return { items: await find(sql, q, input.status), nextCursor: null, word };
    const rows = await page(sql, input, input.cursor ? decodeCursor(input.cursor) : FIRST, PAGE + 1);
    const shown = rows.slice(0, PAGE);
    const last = shown.at(-1);
    const nextCursor = rows.length > PAGE && last ? encodeCursor({ at: last.created_at, id: last.id }) : null;
    return { items: await toMatterRows(sql, shown), nextCursor, word };
  });
}

async function find(sql: Sql, q: string, status: string | undefined): Promise<MatterRow[]> {
  const rows = await toMatterRows(sql, await page(sql, { status }, FIRST, MOST_OPENED));
  return rows.filter((r) => matches([r.reference, r.title, r.kind, r.client?.name].join(" "), q)).slice(0, PAGE);
}

const page = (sql: Sql, only: { status?: string; clientId?: string }, after: Cursor, limit: number) =>
  sql.rows<MatterRaw>(
    "matters.list",
    `select ${MATTER_COLUMNS} from matters t where t.org_id = $1 and ($2::text is null or t.status = $2) and ($3::uuid is null or t.client_id = $3)
        and (t.created_at, t.id) < ($4, $5) order by t.created_at desc, t.id desc limit $6`,
    [sql.ctx.orgId, only.status ?? null, only.clientId ?? null, after.at, after.id, limit],
  );
