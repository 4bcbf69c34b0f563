/** A customer's own Meta app: its secret and its own webhook address. Only here they are opened. */
import { randomBytes } from "node:crypto";
import { notFound } from "@/lib/kernel/errors";
import { newId } from "@/lib/kernel/ids";
import { Secret } from "@/lib/kernel/secret";
import { PREVIOUS_SECRET_LIVES } from "@/lib/onboarding/model";
import type { Sql } from "@/lib/platform/sql";

/** Where an own app's webhooks arrive, below the public address. */
export const OWN_PATH = "/api/webhooks/whatsapp/t/";

export interface OwnApp {
  id: string;
  appId: string;
  secret: Secret;
  /** The secret before, and until when it is good; null when there is none, or its time is over. */
  previous: { secret: Secret; until: Date } | null;
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
  previous_until: Date | null;
  endpoint_key: string;
  verify_token_sealed: Buffer;
  rotated_at: Date | null;
}
const COLUMNS =
  "id, app_id, secret_sealed, case when previous_until > now() then secret_previous_sealed end as secret_previous_sealed, previous_until, endpoint_key, verify_token_sealed, rotated_at";
const TABLE = "own_apps";

function toOwnApp(sql: Sql, r: Raw): OwnApp {
  const opened = (column: string, sealed: Buffer) => sql.keys.open(TABLE, column, r.id, sealed).toString();
  return {
    id: r.id,
    appId: r.app_id,
    secret: new Secret(opened("secret_sealed", r.secret_sealed)),
    previous: r.secret_previous_sealed &&
      r.previous_until && {
        secret: new Secret(opened("secret_previous_sealed", r.secret_previous_sealed)),
        until: r.previous_until,
      },
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

/** What keeping an app has changed: it was not the organisation's before, it had another secret, or nothing. */
export type Kept = "new" | "secret" | "nothing";

/**
 * Step: makes an app the organisation's own, or gives it the secret it has now; the one before stays good for what is under way.
 * @throws the database's unique violation when the app is another organisation's, see `isAppTaken`
 */
export async function keepOwnApp(sql: Sql, given: { id: string; secret: string }): Promise<{ app: OwnApp; changed: Kept }> {
  const id = newId("ownApp");
  const made = await sql.run(
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
  if (made > 0) return { app, changed: "new" };
  if (app.secret.open() === given.secret) return { app, changed: "nothing" };
  await replaceSecrets(sql, app, { secret: given.secret, verifyToken: app.verifyToken });
  return { app: await lockOwnApp(sql, given.id), changed: "secret" };
}

/** True for the refusal of an app that another organisation holds. Which one is not said, and not known here. */
export const isAppTaken = (error: unknown): boolean => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === "23505" && constraint === "own_apps_app";
};

/** Step: the secret it had until now becomes the previous one, good for a week more, unless it stays the same. */
export async function replaceSecrets(
  sql: Sql,
  app: OwnApp,
  { secret, verifyToken }: { secret: string; verifyToken: string },
): Promise<void> {
  const same = secret === app.secret.open();
  const before = same ? (app.previous?.secret.open() ?? null) : app.secret.open();
  await sql.run(
    "own_apps.replace",
    `update own_apps set secret_sealed = $3, secret_previous_sealed = $4, verify_token_sealed = $5, rotated_at = $6,
        previous_until = case when $4::bytea is null then null when $7 then previous_until else now() + make_interval(secs => $8) end
      where org_id = $1 and id = $2`,
    [
      sql.ctx.orgId,
      app.id,
      sql.keys.seal(TABLE, "secret_sealed", app.id, secret),
      before === null ? null : sql.keys.seal(TABLE, "secret_previous_sealed", app.id, before),
      sql.keys.seal(TABLE, "verify_token_sealed", app.id, verifyToken),
      sql.ctx.now,
      same,
      PREVIOUS_SECRET_LIVES / 1000,
    ],
  );
}
