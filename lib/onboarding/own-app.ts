/** A customer's own Meta app: its secret and its own webhook address. Only here they are opened. */
import { randomBytes } from "node:crypto";
import { notFound } from "@/lib/kernel/errors";
import { newId } from "@/lib/kernel/ids";
import { Secret } from "@/lib/kernel/secret";
import type { Sql } from "@/lib/platform/sql";

/** Where an own app's webhooks arrive, below the public address. */
export const OWN_PATH = "/api/webhooks/whatsapp/t/";

export interface OwnApp {
  id: string;
  appId: string;
  secret: Secret;
  previous: Secret | null;
  /** Last part of its address; nobody can guess it. */
  endpointKey: string;
  verifyToken: string;
  rotatedAt: Date | null;
}
interface Raw {
  id: string;
  app_id: string;
  secret_sealed: Buffer;
  secret_previous_sealed: Buffer | null;
  endpoint_key: string;
  verify_token_sealed: Buffer;
  rotated_at: Date | null;
}
const COLUMNS = "id, app_id, secret_sealed, secret_previous_sealed, endpoint_key, verify_token_sealed, rotated_at";
const TABLE = "own_apps";

function toOwnApp(sql: Sql, r: Raw): OwnApp {
  const opened = (column: string, sealed: Buffer) => sql.keys.open(TABLE, column, r.id, sealed).toString();
  return {
    id: r.id,
    appId: r.app_id,
    secret: new Secret(opened("secret_sealed", r.secret_sealed)),
    previous: r.secret_previous_sealed && new Secret(opened("secret_previous_sealed", r.secret_previous_sealed)),
    endpointKey: r.endpoint_key,
    verifyToken: opened("verify_token_sealed", r.verify_token_sealed),
    rotatedAt: r.rotated_at,
  };
}

/** The organisation's own apps, oldest first. */
export async function listOwnApps(sql: Sql): Promise<OwnApp[]> {
  const rows = await sql.rows<Raw>("own_apps.list", `select ${COLUMNS} from own_apps where org_id = $1 order by created_at, id`, [
    sql.ctx.orgId,
  ]);
  return rows.map((r) => toOwnApp(sql, r));
}

/** One of them, locked until the transaction ends. @throws AppError `not_found` */
export async function lockOwnApp(sql: Sql, appId: string): Promise<OwnApp> {
  const [row] = await sql.rows<Raw>(
    "own_apps.lock",
    `select ${COLUMNS} from own_apps where org_id = $1 and app_id = $2 for update`,
    [sql.ctx.orgId, appId],
  );
  if (!row) throw notFound("own_app");
  return toOwnApp(sql, row);
}

/** What the provider shows at the handshake. */
export const newVerifyToken = () => randomBytes(24).toString("base64url");

/** Step: makes an app the organisation's own, or gives it the secret it has now; the one before stays good for what is under way. */
export async function keepOwnApp(sql: Sql, given: { id: string; secret: string }): Promise<OwnApp> {
  const id = newId("ownApp");
  await sql.run(
    "own_apps.insert",
    `insert into own_apps (org_id, id, app_id, secret_sealed, endpoint_key, verify_token_sealed) values ($1, $2, $3, $4, $5, $6)
      on conflict (org_id, app_id) do nothing`,
    [
      sql.ctx.orgId,
      id,
      given.id,
      sql.keys.seal(TABLE, "secret_sealed", id, given.secret),
      randomBytes(32).toString("base64url"),
      sql.keys.seal(TABLE, "verify_token_sealed", id, newVerifyToken()),
    ],
  );
  const app = await lockOwnApp(sql, given.id);
  if (app.secret.open() === given.secret) return app;
  await replaceSecrets(sql, app, { secret: given.secret, verifyToken: app.verifyToken });
  return lockOwnApp(sql, given.id);
}

/** Step: the secret it had until now becomes the previous one, unless it stays the same. */
export async function replaceSecrets(
  sql: Sql,
  app: OwnApp,
  { secret, verifyToken }: { secret: string; verifyToken: string },
): Promise<void> {
  const same = secret === app.secret.open();
  const before = same ? (app.previous?.open() ?? null) : app.secret.open();
  await sql.run(
    "own_apps.replace",
    `update own_apps set secret_sealed = $3, secret_previous_sealed = $4, verify_token_sealed = $5, rotated_at = $6
      where org_id = $1 and id = $2`,
    [
      sql.ctx.orgId,
      app.id,
      sql.keys.seal(TABLE, "secret_sealed", app.id, secret),
      before === null ? null : sql.keys.seal(TABLE, "secret_previous_sealed", app.id, before),
      sql.keys.seal(TABLE, "verify_token_sealed", app.id, verifyToken),
      sql.ctx.now,
    ],
  );
}
