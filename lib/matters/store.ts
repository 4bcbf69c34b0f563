/** Steps on matter rows; the only place their sealed columns are opened. */
import { readContacts } from "@/lib/contacts";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { mayReadMatter } from "@/lib/matters/model";
import type { MatterAccess, MatterRow, MatterTag, MatterWord } from "@/lib/matters/views";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";

export interface MatterRaw {
  id: string;
  reference: string;
  title_sealed: Buffer;
  kind_sealed: Buffer | null;
  client_id: string | null;
  status: "open" | "closed";
  privileged: boolean;
  walled: boolean;
  created_at: Date;
}
/** The columns of a MatterRaw; `t` is matters. */
export const MATTER_COLUMNS =
  "t.id, t.reference, t.title_sealed, t.kind_sealed, t.client_id, t.status, t.privileged, t.walled, t.created_at";

const openColumn = (sql: Sql, column: "title_sealed" | "kind_sealed", id: string, sealed: Buffer | null): string | null =>
  openable("matters", id, () => sql.keys.openText("matters", column, id, sealed));

/** How a matter is named beside something else; empty where its title does not open. */
export const tagOf = (sql: Sql, m: Pick<MatterRaw, "id" | "reference" | "title_sealed">): MatterTag => ({
  id: m.id,
  reference: m.reference,
  title: openColumn(sql, "title_sealed", m.id, m.title_sealed) ?? "",
});

/** Rows as they leave the server. */
export async function toMatterRows(sql: Sql, rows: readonly MatterRaw[]): Promise<MatterRow[]> {
  const clients = await readContacts(
    sql,
    rows.flatMap((r) => r.client_id ?? []),
  );
  return rows.map((r) => ({
    ...tagOf(sql, r),
    kind: openColumn(sql, "kind_sealed", r.id, r.kind_sealed),
    status: r.status,
    privileged: r.privileged,
    walled: r.walled,
    client: r.client_id ? { id: r.client_id, name: clients.get(r.client_id)?.name ?? `#${r.client_id.slice(-6)}` } : null,
    createdAt: r.created_at.toISOString(),
  }));
}

/** A matter whoever acts may read, locked until the transaction ends. @throws AppError `not_found`, also behind a wall */
export async function lockMatter(sql: Sql, id: Id<"matter">): Promise<MatterRaw> {
  const [row] = await sql.rows<MatterRaw>(
    "matter.lock",
    `select ${MATTER_COLUMNS} from matters t where t.org_id = $1 and t.id = $2 for update`,
    [sql.ctx.orgId, id],
  );
  if (!row) throw notFound("matter");
  return row;
}

/** Of the given matters, those whoever acts may read, by id. */
export async function readMatterTags(sql: Sql, ids: readonly string[]): Promise<Map<string, MatterTag>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<MatterRaw>(
    "matters.tags",
    `select ${MATTER_COLUMNS} from matters t where t.org_id = $1 and t.id = any($2::uuid[])`,
    [sql.ctx.orgId, ids],
  );
  return new Map(rows.map((r) => [r.id, tagOf(sql, r)]));
}

export interface MatterPerson {
  user_id: string;
  name: string;
  role: string;
  active: boolean;
  access: MatterAccess;
}
/** Who is on a matter's lists. */
export const listPeople = (sql: Sql, id: string) =>
  sql.rows<MatterPerson>(
    "matter.people",
    `select p.user_id, u.name, g.role, g.active, p.access from matter_people p join memberships g on g.org_id = p.org_id and g.user_id = p.user_id
      join users u on u.id = p.user_id where p.org_id = $1 and p.matter_id = $2 order by u.name`,
    [sql.ctx.orgId, id],
  );

/** Whether a matter that whoever acts may read can be read by somebody else as well. */
export async function canRead(sql: Sql, matter: { id: string; walled: boolean }, userId: string): Promise<boolean> {
  const [listed] = await sql.rows<{ access: MatterAccess }>(
    "matter.access",
    "select access from matter_people where org_id = $1 and matter_id = $2 and user_id = $3",
    [sql.ctx.orgId, matter.id, userId],
  );
  return mayReadMatter(matter, listed?.access ?? null);
}

/** What the organisation calls its matters. */
export async function readWord(sql: Sql): Promise<MatterWord> {
  const [row] = await sql.rows<{ matter_word: MatterWord }>(
    "matter.word",
    "select matter_word from organisations where id = $1",
    [sql.ctx.orgId],
  );
  return row?.matter_word ?? "matter";
}

/** @throws AppError `invalid` naming the field when the client is nobody here */
export async function assertClient(sql: Sql, clientId: Id<"contact"> | null | undefined): Promise<void> {
  if (!clientId) return;
  const known = await readContacts(sql, [clientId]);
  if (!known.has(clientId)) throw new AppError("invalid", "unknown_client", { fields: { clientId: "unknown_client" } });
}

/**
 * Another matter that whoever acts may read has this reference already. One behind a wall does not count: it must not be told of.
 * @throws AppError `conflict` `reference_taken`
 */
export async function assertReferenceFree(sql: Sql, reference: string, but: string | null): Promise<void> {
  const [other] = await sql.rows(
    "matter.reference",
    "select 1 as one from matters where org_id = $1 and lower(reference) = lower($2) and id is distinct from $3 limit 1",
    [sql.ctx.orgId, reference, but],
  );
  if (other) throw new AppError("conflict", "reference_taken", { fields: { reference: "reference_taken" } });
}
