import { type ChannelRow, listChannelRows } from "@/lib/channels";
import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { newId } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { metaTemplates } from "@/lib/providers/meta/graph";
import type { RemoteTemplate } from "@/lib/providers/ports";
import { normalLanguage } from "@/lib/templates/model";

/**
 * Reads every business account's templates from the provider and keeps them as they are there; what is gone there is
 * marked DELETED here. Running it twice changes nothing.
 * @throws AppError `unavailable` when the provider does not answer, `precondition` `token_refused`
 */
export async function syncTemplates(ctx: Ctx): Promise<{ count: number }> {
  allow(ctx, "templates.sync");
  const channels = await inTenantSql(ctx, listChannelRows);
  const accounts = new Map(channels.filter((c) => c.token && c.status === "connected").map((c) => [c.wabaId, c]));
  let count = 0;
  for (const channel of accounts.values()) {
    if (!channel.token) continue;
    const remote = await metaTemplates.listTemplates(channel.wabaId, channel.token);
    await inTenantSql(ctx, (sql) => keep(sql, channel, remote));
    count += remote.length;
  }
  await publishLive(ctx.orgId, [{ type: "templates.changed" }]);
  return { count };
}

async function keep(sql: Sql, channel: ChannelRow, remote: RemoteTemplate[]): Promise<void> {
  // two spellings of one language would hit the same row twice
  const rows = [
    ...new Map(remote.filter((t) => t.name && t.language).map((t) => [`${t.name}|${normalLanguage(t.language)}`, t])).values(),
  ];
  await sql.run(
    "templates.upsert",
    `insert into templates (org_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
      select $1, u.id, $2, u.provider_id, u.name, u.language, u.category, u.status, u.components::jsonb, $10
      from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
        u (id, provider_id, name, language, category, status, components)
      on conflict (org_id, waba_id, name, language) do update set provider_id = excluded.provider_id, category = excluded.category,
        status = excluded.status, components = excluded.components, synced_at = excluded.synced_at`,
    [
      sql.ctx.orgId,
      channel.wabaId,
      rows.map(() => newId("template")),
      rows.map((t) => t.providerId),
      rows.map((t) => t.name),
      rows.map((t) => normalLanguage(t.language)),
      rows.map((t) => t.category),
      rows.map((t) => t.status),
      rows.map((t) => JSON.stringify(t.components).replaceAll("\\u0000", "")),
      sql.ctx.now,
    ],
  );
  await sql.run(
    "templates.gone",
    "update templates set status = 'DELETED' where org_id = $1 and waba_id = $2 and synced_at < $3 and status <> 'DELETED'",
    [sql.ctx.orgId, channel.wabaId, sql.ctx.now],
  );
  if (sql.ctx.actor.kind === "user")
    await audit(sql, [
      { action: "templates.synced", subject: "waba", subjectId: channel.wabaId, detail: { count: rows.length } },
    ]);
}
