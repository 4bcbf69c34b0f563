import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { inTenant } from "@/lib/platform/db";
import type { Sql } from "@/lib/platform/sql";
import { shapeOf, type TemplateShape, toTemplateView } from "@/lib/templates/model";
import type { TemplateList } from "@/lib/templates/views";

/**
 * Approved templates that can be filled and sent, by name.
 * @param input.wabaId only those of this business account; without it, of all
 */
export async function listApproved(ctx: Ctx, input: { wabaId?: string }): Promise<TemplateList> {
  allow(ctx, "templates.read");
  const rows = await inTenant(ctx, (db) =>
    db.template.findMany({
      where: { status: "APPROVED", ...(input.wabaId ? { wabaId: input.wabaId } : {}) },
      orderBy: [{ name: "asc" }, { language: "asc" }],
      take: 500,
    }),
  );
  const items = rows.map((row) => ({ row, shape: shapeOf(row.components) })).filter(({ shape }) => shape.supported);
  const syncedAt = rows.reduce<Date | null>((max, r) => (max && max > r.syncedAt ? max : r.syncedAt), null);
  return { items: items.map(({ row, shape }) => toTemplateView(row, shape)), syncedAt: syncedAt?.toISOString() ?? null };
}

export interface TemplateRow {
  id: Id<"template">;
  name: string;
  language: string;
  status: string;
  shape: TemplateShape;
}

/** Step: a template of a business account. @throws AppError `not_found` */
export async function getTemplate(sql: Sql, id: Id<"template">, wabaId: string): Promise<TemplateRow> {
  const [row] = await sql.rows<{ name: string; language: string; status: string; components: unknown }>(
    "template.get",
    "select name, language, status, components from templates where org_id = $1 and id = $2 and waba_id = $3",
    [sql.ctx.orgId, id, wabaId],
  );
  if (!row) throw notFound("template");
  return { id, name: row.name, language: row.language, status: row.status, shape: shapeOf(row.components) };
}
