import { randomBytes } from "node:crypto";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { addMs } from "@/lib/kernel/time";
import { allowJourney } from "@/lib/onboarding/allow-journey";
import { digestOf } from "@/lib/onboarding/digest";
import { PRESS_LIVES } from "@/lib/onboarding/model";
import { assertGoesOn, lockSession } from "@/lib/onboarding/store";
import type { PressView } from "@/lib/onboarding/views";
import { env } from "@/lib/platform/env";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/**
 * Mints what one press on Connect needs. Its `state` is good for ten minutes and once, in this browser and this journey only.
 * @param browser the secret of the browser's session
 * @throws AppError `precondition` `not_open` when the journey is over, `unreadable`, `unconfigured` when no Meta app is set up
 */
export async function pressConnect(
  ctx: Ctx,
  { sessionId, browser }: { sessionId: Id<"onboarding">; browser: string },
): Promise<PressView> {
  allowJourney(ctx, sessionId);
  const { NEXT_PUBLIC_META_APP_ID: appId, NEXT_PUBLIC_META_CONFIG_ID: configId } = env();
  if (!appId || !configId) throw new AppError("precondition", "unconfigured");
  const state = randomBytes(32).toString("base64url");
  const path = await inTenantSql(ctx, async (sql) => {
    const session = await lockSession(sql, sessionId); // one that is being ended leaves no press behind
    assertGoesOn(session, ctx.now);
    await sql.run(
      "onboarding.press",
      "insert into onboarding_presses (org_id, id, session_id, state_hash, browser_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
      [ctx.orgId, newId("press"), sessionId, digestOf(state), digestOf(browser), ctx.now, addMs(ctx.now, PRESS_LIVES)],
    );
    return session.path;
  });
  return {
    state,
    appId,
    configId,
    version: env().META_GRAPH_VERSION,
    sdkUrl: env().META_SDK_URL,
    origins: env().META_SIGNUP_ORIGINS,
    path,
  };
}

/** Step: uses up a press. @returns when it was made. @throws AppError `precondition` `state_refused`: unknown, used, late, of another browser or another journey */
export async function usePress(sql: Sql, input: { sessionId: Id<"onboarding">; state: string; browser: string }): Promise<Date> {
  const [press] = await sql.rows<{ created_at: Date }>(
    "onboarding.use_press",
    `update onboarding_presses set used_at = $5 where org_id = $1 and session_id = $2 and state_hash = $3 and browser_hash = $4
      and used_at is null and expires_at > $5 returning created_at`,
    [sql.ctx.orgId, input.sessionId, digestOf(input.state), digestOf(input.browser), sql.ctx.now],
  );
  if (!press) throw new AppError("precondition", "state_refused");
  return press.created_at;
}
