/** Verbs that change a matter: its words, its wall, its lists. */
import { allow, permissionsOf } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { readMatterView } from "@/lib/matters/get-matter";
import { hasKeeper, type MatterChange } from "@/lib/matters/model";
import { assertClient, assertReferenceFree, listPeople, lockMatter, type MatterRaw } from "@/lib/matters/store";
import type { MatterAccess, MatterView, MatterWord } from "@/lib/matters/views";
import { type AuditEntry, audit } from "@/lib/platform/audit";
import { publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Changes what a matter says of itself. @throws AppError `not_found`; `conflict` `reference_taken`; `invalid` `unknown_client` */
export async function changeMatter(ctx: Ctx, input: { matterId: Id<"matter">; change: MatterChange }): Promise<MatterView> {
  allow(ctx, "matters.write");
  return inTenantSql(ctx, async (sql) => {
    const { matterId, change } = input;
    await lockMatter(sql, matterId);
    await assertClient(sql, change.clientId);
    if (change.reference) await assertReferenceFree(sql, change.reference, matterId);
    const seal = (column: string, text: string | null | undefined) =>
      text ? sql.keys.seal("matters", column, matterId, text) : null;
    const given = (key: keyof MatterChange) => change[key] !== undefined;
    await sql.run(
      "matter.change",
      `update matters set reference = coalesce($3, reference), title_sealed = coalesce($4, title_sealed), kind_sealed = case when $5 then $6 else kind_sealed end,
          client_id = case when $7 then $8::uuid else client_id end, privileged = coalesce($9, privileged), status = coalesce($10, status), version = version + 1
        where org_id = $1 and id = $2`,
      [
        ctx.orgId,
        matterId,
        change.reference ?? null,
        seal("title_sealed", change.title),
        given("kind"),
        seal("kind_sealed", change.kind),
        given("clientId"),
        change.clientId ?? null,
        change.privileged ?? null,
        change.status ?? null,
      ],
    );
    const view = await readMatterView(sql, matterId);
    const fields = Object.keys(change).sort().join(",");
    await audit(sql, [{ action: "matter.changed", subject: "matter", subjectId: matterId, detail: { fields } }]);
    return view;
  });
}

/** Raises or lowers the wall around a matter: inside it only members read. @throws AppError `not_found`; `precondition` `no_keeper` */
export async function setWall(ctx: Ctx, input: { matterId: Id<"matter">; walled: boolean }): Promise<MatterView> {
  return changeAccess(ctx, input.matterId, async (sql, matter) => {
    if (matter.walled === input.walled) return null;
    await sql.run("matter.wall", "update matters set walled = $3, version = version + 1 where org_id = $1 and id = $2", [
      ctx.orgId,
      matter.id,
      input.walled,
    ]);
    return { action: input.walled ? "matter.walled" : "matter.unwalled", subject: "matter", subjectId: matter.id };
  });
}

/**
 * Puts a person on a matter's allow or deny list, or on neither.
 * @throws AppError `not_found`, also for a person who is no member here; `precondition` `no_keeper` when nobody would be left to change the lists
 */
export async function setPerson(
  ctx: Ctx,
  input: { matterId: Id<"matter">; userId: Id<"user">; access: MatterAccess | null },
): Promise<MatterView> {
  return changeAccess(ctx, input.matterId, async (sql, matter) => {
    const [person] = await sql.rows<{ one: number }>(
      "member.known",
      "select 1 as one from memberships where org_id = $1 and user_id = $2",
      [ctx.orgId, input.userId],
    );
    if (!person) throw notFound("member");
    const at = [ctx.orgId, matter.id, input.userId];
    const changed =
      input.access === null
        ? await sql.run(
            "matter.person_off",
            "delete from matter_people where org_id = $1 and matter_id = $2 and user_id = $3",
            at,
          )
        : await sql.run(
            "matter.person",
            `insert into matter_people (org_id, matter_id, user_id, access, set_by) values ($1, $2, $3, $4, $5)
              on conflict (org_id, matter_id, user_id) do update set access = excluded.access, set_by = excluded.set_by, set_at = now()
                where matter_people.access <> excluded.access`,
            [...at, input.access, userIdOf(ctx)],
          );
    if (changed === 0) return null;
    const detail = { userId: input.userId, access: input.access };
    return { action: "matter.access", subject: "matter", subjectId: matter.id, detail };
  });
}

/**
 * Changes who may read, under the matter's lock. Whoever acts may lose the matter by it; then there is nothing to return.
 * Browsers are told that something changed, not what.
 */
async function changeAccess(
  ctx: Ctx,
  matterId: Id<"matter">,
  work: (sql: Sql, matter: MatterRaw) => Promise<AuditEntry | null>,
): Promise<MatterView> {
  allow(ctx, "matters.walls");
  const { view, changed } = await inTenantSql(ctx, async (sql) => {
    const entry = await work(sql, await lockMatter(sql, matterId));
    const view = await readMatterView(sql, matterId).catch((error: unknown) => {
      // nobody shuts themselves out: the matter would be gone from their own hands
      throw error instanceof AppError && error.code === "not_found" ? new AppError("precondition", "own_access") : error;
    });
    if (view.walled && !(await isKept(sql, matterId))) throw new AppError("precondition", "no_keeper");
    if (entry) await audit(sql, [entry]);
    return { view, changed: entry !== null };
  });
  if (changed) await publishLive(ctx.orgId, [{ type: "access.changed" }]);
  return view;
}

async function isKept(sql: Sql, matterId: Id<"matter">): Promise<boolean> {
  const people = (await listPeople(sql, matterId)).filter((p) => p.active);
  const listed = people.map((p) => ({ userId: p.user_id, role: p.role, access: p.access }));
  return hasKeeper(listed, (role) => permissionsOf(role).has("matters.walls"));
}

/** What the organisation calls its matters. */
export async function setMatterWord(ctx: Ctx, input: { word: MatterWord }): Promise<void> {
  allow(ctx, "matters.walls");
  await inTenantSql(ctx, async (sql) => {
    await sql.run("matter.set_word", "update organisations set matter_word = $2 where id = $1", [ctx.orgId, input.word]);
    await audit(sql, [{ action: "matter.word", subject: "organisation", subjectId: ctx.orgId, detail: { word: input.word } }]);
  });
}
