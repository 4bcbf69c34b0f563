import { allow, type Locale } from "@/lib/identity/model";
import type { MemberView, MeView } from "@/lib/identity/views";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { inTenant } from "@/lib/platform/db";
import { inSystem } from "@/lib/platform/sql";

/** Colleagues a conversation can be assigned to, by name. */
export async function listMembers(ctx: Ctx): Promise<{ items: MemberView[] }> {
  allow(ctx, "members.read");
  const rows = await inTenant(ctx, (db) =>
    db.membership.findMany({ where: { active: true }, select: { role: true, user: { select: { id: true, name: true } } } }),
  );
  const items = rows.map((m) => ({ id: m.user.id, name: m.user.name, role: m.role }));
  return { items: items.sort((a, b) => a.name.localeCompare(b.name)) };
}

/** The acting person, their organisation and rights, for the shell. @throws AppError `unauthenticated` for the system */
export async function getMe(ctx: Ctx): Promise<MeView> {
  const userId = userIdOf(ctx);
  if (!userId) throw new AppError("unauthenticated", "people_only");
  // organisations of one person span tenants: names and ids only, through the system role
  const rows = await inSystem("me", (sql) =>
    sql.rows<{ id: string; name: string; user_name: string; email: string; locale: Locale }>(
      "me",
      `select o.id, o.name, u.name as user_name, u.email, u.locale from memberships m join organisations o on o.id = m.org_id
        join users u on u.id = m.user_id where m.user_id = $1 and m.active order by o.name`,
      [userId],
    ),
  );
  const active = rows.find((r) => r.id === ctx.orgId);
  if (!active) throw new AppError("unauthenticated", "no_organisation");
  return {
    userId,
    name: active.user_name,
    email: active.email,
    role: ctx.role ?? "",
    locale: active.locale,
    organisation: { id: active.id, name: active.name },
    organisations: rows.map((r) => ({ id: r.id, name: r.name })),
    permissions: [...ctx.permissions],
  };
}

/** Changes the acting person's own preferences. */
export async function setPreferences(ctx: Ctx, input: { locale?: Locale }): Promise<void> {
  const userId = userIdOf(ctx);
  if (!userId) throw new AppError("unauthenticated", "people_only");
  if (input.locale) {
    const locale = input.locale;
    await inTenant(ctx, (db) => db.user.updateMany({ where: { id: userId }, data: { locale } }));
  }
}
