/** GET /debug_token: what a token is, and whether it is still good. */
import { refusalOf } from "../accounts/tokens";
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import type { Token } from "../world";
import type { Access } from "./access";
import { GraphError } from "./errors";
import type { GraphCall } from "./router";

/** @throws GraphError 100 unless the app itself asks */
export function getDebugToken(ctx: Context, access: Access, call: GraphCall): JsonObject {
  if (access.kind !== "app") {
    throw new GraphError(100, undefined, {
      message: "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app",
    });
  }
  const input = asText(call.fields.input_token);
  if (input === undefined) throw new GraphError(100, undefined, { message: "(#100) The parameter input_token is required" });
  const { app } = access;
  if (input === `${app.id}|${app.secret}`) {
    return { data: { app_id: app.id, type: "APP", application: "Parley", is_valid: true, scopes: [] } };
  }
  const token = ctx.world.tokens.get(input);
  if (!token) {
    const error = { code: 190, message: "Invalid OAuth access token - Cannot parse access token" };
    return { data: { app_id: app.id, is_valid: false, scopes: [], error } };
  }
  if (ctx.world.appOf(token).id !== app.id)
    throw new GraphError(100, undefined, { message: "(#100) The App_id in the input_token did not match the Viewing App" });
  ctx.ledger.note({
    kind: "read",
    effect: "inspect",
    method: call.method,
    path: "/debug_token",
    wabaId: token.wabas[0] ?? null,
    phoneNumberId: null,
    answer: 200,
  });
  const refusal = refusalOf(token, app.id, ctx.now());
  return {
    data: {
      app_id: app.id,
      type: "SYSTEM_USER",
      application: "Parley",
      data_access_expires_at: seconds(token.dataAccessExpiresAt),
      expires_at: seconds(token.expiresAt),
      is_valid: refusal === undefined,
      issued_at: seconds(token.issuedAt),
      ...(refusal ? { error: { code: 190, ...refusal } } : {}),
      scopes: [...token.scopes, "public_profile"],
      granular_scopes: granular(ctx, token),
      user_id: token.userId,
    },
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** No `target_ids` would mean every asset, so a token without an account left has no entry at all. */
function granular(ctx: Context, token: Token): JsonObject[] {
  if (token.kind === "system_user") return token.scopes.map((scope) => ({ scope }));
  const targets = token.wabas.filter((id) => token.appId !== undefined || ctx.world.wabas.get(id)?.shared === true);
  return targets.length === 0 ? [] : token.scopes.map((scope) => ({ scope, target_ids: targets }));
}
