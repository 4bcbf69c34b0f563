import { allow, can } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { listPeople, MATTER_COLUMNS, type MatterRaw, readWord, toMatterRows } from "@/lib/matters/store";
import type { MatterView } from "@/lib/matters/views";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** A matter with its lists of people. @throws AppError `not_found`, also behind a wall */
export async function getMatter(ctx: Ctx, input: { matterId: Id<"matter"> }): Promise<MatterView> {
  allow(ctx, "matters.read");
  return inTenantSql(ctx, (sql) => readMatterView(sql, input.matterId));
}

/** Step: the same inside a transaction. */
export async function readMatterView(sql: Sql, id: Id<"matter">): Promise<MatterView> {
  const { ctx } = sql;
  const raw = await sql.rows<MatterRaw>(
    "matter.get",
    `select ${MATTER_COLUMNS} from matters t where t.org_id = $1 and t.id = $2`,
    [ctx.orgId, id],
  );
  const [row] = await toMatterRows(sql, raw);
  if (!row) throw notFound("matter");
  const people = await listPeople(sql, id);
  return {
    ...row,
    people: people.map((p) => ({ person: { id: p.user_id, name: p.name }, role: p.role, access: p.access })),
    word: await readWord(sql),
    can: { change: can(ctx, "matters.write"), walls: can(ctx, "matters.walls") },
  };
}
