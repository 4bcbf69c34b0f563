import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { newId } from "@/lib/kernel/ids";
import { readMatterView } from "@/lib/matters/get-matter";
import { type MatterInput, nextReference } from "@/lib/matters/model";
import { assertClient, assertReferenceFree } from "@/lib/matters/store";
import type { MatterView } from "@/lib/matters/views";
import { audit } from "@/lib/platform/audit";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Opens a matter; whoever opens it is its first member.
 * @throws AppError `conflict` `reference_taken`; `invalid` `unknown_client`; `forbidden` for whoever is no person
 */
export async function createMatter(ctx: Ctx, input: MatterInput): Promise<MatterView> {
  allow(ctx, "matters.write");
  const userId = userIdOf(ctx);
  if (!userId) throw new AppError("forbidden", "people_only");
  return inTenantSql(ctx, async (sql) => {
    await assertClient(sql, input.clientId);
    const id = newId("matter");
    const reference = input.reference ?? (await freeReference(sql));
    await assertReferenceFree(sql, reference, null);
    const seal = (column: string, text: string) => sql.keys.seal("matters", column, id, text);
    await sql.run(
      "matter.insert",
      `insert into matters (org_id, id, reference, title_sealed, kind_sealed, client_id, privileged, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ctx.orgId,
        id,
        reference,
        seal("title_sealed", input.title),
        input.kind ? seal("kind_sealed", input.kind) : null,
        input.clientId ?? null,
        input.privileged ?? false,
        userId,
      ],
    );
    await sql.run(
      "matter.first_member",
      "insert into matter_people (org_id, matter_id, user_id, access, set_by) values ($1, $2, $3, 'member', $3)",
      [ctx.orgId, id, userId],
    );
    const view = await readMatterView(sql, id);
    await audit(sql, [{ action: "matter.created", subject: "matter", subjectId: id }]);
    return view;
  });
}

/** The next reference of the year that nobody has typed by hand already. */
async function freeReference(sql: Sql): Promise<string> {
  const [row] = await sql.rows<{ n: number }>(
    "matter.seq",
    "update organisations set matter_seq = matter_seq + 1 where id = $1 returning matter_seq as n",
    [sql.ctx.orgId],
  );
  return nextReference(sql.ctx.now.getUTCFullYear(), row?.n ?? 1);
}
