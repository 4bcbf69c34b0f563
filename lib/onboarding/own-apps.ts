/** An organisation's own Meta apps, as its admins see them, and the change of their secrets. */
import { z } from "zod";
import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { Secret } from "@/lib/kernel/secret";
import { listOwnApps, lockOwnApp, newVerifyToken, replaceSecrets } from "@/lib/onboarding/own-app";
import { closeEndpoints, ensureEndpoint } from "@/lib/onboarding/own-endpoint";
import { addressOf } from "@/lib/onboarding/speaker";
import type { OwnAppsView } from "@/lib/onboarding/views";
import { audit } from "@/lib/platform/audit";
import { inTenantSql } from "@/lib/platform/sql";
import { accountsOf } from "@/lib/providers/meta/accounts";

/** Their addresses and verify tokens; a secret is never given out. */
export async function getOwnApps(ctx: Ctx): Promise<OwnAppsView> {
  allow(ctx, "numbers.connect");
  const apps = await inTenantSql(ctx, listOwnApps);
  return {
    apps: apps.map((app) => ({ appId: app.appId, address: addressOf(app), verifyToken: app.verifyToken })),
  };
}

/** A new secret, or without one a new verify token. */
export const RotateOwnApp = z.strictObject({
  appId: z.string().regex(/^\d{5,32}$/),
  appSecret: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{16,128}$/)
    .optional(),
});

/**
 * Takes a new secret, once Meta accepts it: signatures of the one before stay good for a week. Without one the verify token
 * is made anew. Receivers that know only what was before refuse for a moment, and Meta comes again.
 * @throws AppError `not_found`; `invalid` with `appSecret` when Meta refuses it; `unavailable` when Meta does not answer
 */
export async function rotateOwnApp(ctx: Ctx, { appId, appSecret }: z.output<typeof RotateOwnApp>): Promise<OwnAppsView> {
  allow(ctx, "numbers.connect");
  await inTenantSql(ctx, (sql) => lockOwnApp(sql, appId)); // nobody asks Meta about an app that is not theirs
  if (appSecret !== undefined) await tryOut(appId, appSecret);
  const changed = await inTenantSql(ctx, async (sql) => {
    const app = await lockOwnApp(sql, appId);
    const secret = appSecret ?? app.secret.open();
    const verifyToken = appSecret === undefined ? newVerifyToken() : app.verifyToken;
    await replaceSecrets(sql, app, { secret, verifyToken });
    const now = await lockOwnApp(sql, appId);
    const detail = { app: appId, what: appSecret === undefined ? "verify_token" : "secret" };
    await audit(sql, [{ action: "own_app.rotated", subject: "own_app", subjectId: app.id, detail }]);
    return now;
  });
  await ensureEndpoint(ctx.orgId, changed);
  return getOwnApps(ctx);
}

export const RemoveOwnApp = RotateOwnApp.pick({ appId: true });

/**
 * Removes an own app that no connected number uses: its secrets are destroyed and its address accepts nothing any more. What came in stays.
 * @throws AppError `not_found`; `precondition` `own_app_used` while a number is connected with it
 */
export async function removeOwnApp(ctx: Ctx, { appId }: z.output<typeof RemoveOwnApp>): Promise<OwnAppsView> {
  allow(ctx, "numbers.connect");
  await inTenantSql(ctx, async (sql) => {
    const app = await lockOwnApp(sql, appId); // whoever connects a number with it waits here
    const used = await sql.rows(
      "own_apps.used",
      "select 1 from channels where org_id = $1 and app_id = $2 and status <> 'disconnected' limit 1",
      [ctx.orgId, appId],
    );
    if (used.length > 0) throw new AppError("precondition", "own_app_used");
    await sql.run("own_apps.remove", "delete from own_apps where org_id = $1 and id = $2", [ctx.orgId, app.id]);
    await audit(sql, [{ action: "own_app.removed", subject: "own_app", subjectId: app.id, detail: { app: appId } }]);
  });
  await closeEndpoints(); // a sweep does it otherwise
  return getOwnApps(ctx);
}

async function tryOut(appId: string, appSecret: string): Promise<void> {
  const answer = await accountsOf(() => ({ id: appId, secret: new Secret(appSecret) })).readAppSubscription();
  if (answer.ok) return;
  const { kind } = answer.refusal;
  if (kind === "transport" || kind === "not_sent") throw new AppError("unavailable", "provider");
  throw new AppError("invalid", "invalid", { fields: { appSecret: "app_refused" } });
}
