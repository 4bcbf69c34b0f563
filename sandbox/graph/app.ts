/** The app's own endpoints: who a token belongs to, and where its webhooks go. */
import type { Context } from "../context";
import { stableId } from "../ids";
import { asText, type JsonObject } from "../json";
import { GraphError } from "./errors";
import type { Access, GraphCall } from "./router";
import { proveCallback } from "./waba";

const SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"];

export const getApp = (ctx: Context): JsonObject => ({ id: ctx.world.app.id, name: "Parley", link: "https://example.com/app" });

/** @throws GraphError 100 unless the app itself asks */
export function getDebugToken(ctx: Context, access: Access, call: GraphCall): JsonObject {
  if (access.kind !== "app") {
    throw new GraphError(100, undefined, {
      message: "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app",
    });
  }
  const input = asText(call.fields.input_token);
  if (input === undefined) throw new GraphError(100, undefined, { message: "(#100) The parameter input_token is required" });
  const { app } = ctx.world;
  const wabas = ctx.world.grantsOf(input);
  if (!wabas) {
    const error = { code: 190, message: "Invalid OAuth access token - Cannot parse access token" };
    return { data: { app_id: app.id, is_valid: false, scopes: [], error } };
  }
  return {
    data: {
      app_id: app.id,
      type: "SYSTEM_USER",
      application: "Parley",
      data_access_expires_at: 0,
      expires_at: 0,
      is_valid: true,
      issued_at: 1790000000,
      scopes: [...SCOPES, "public_profile"],
      granular_scopes: SCOPES.map((scope) => ({ scope, target_ids: [...wabas] })),
      user_id: stableId(1, input),
    },
  };
}

/** @throws GraphError 2200 when the callback does not pass the handshake */
export async function subscriptions(ctx: Context, call: GraphCall): Promise<JsonObject> {
  const { app } = ctx.world;
  if (call.method === "POST") {
    const callback = asText(call.fields.callback_url);
    if (callback === undefined)
      throw new GraphError(100, undefined, { message: "(#100) The parameter callback_url is required" });
    const verifyToken = asText(call.fields.verify_token) ?? "";
    await proveCallback(callback, verifyToken);
    app.callbackUrl = callback;
    app.verifyToken = verifyToken;
    return { success: true };
  }
  if (call.method === "DELETE") {
    app.callbackUrl = undefined;
    return { success: true };
  }
  const fields = ["messages", "message_template_status_update", "account_update"].map((name) => ({ name, version: "v26.0" }));
  const entry = { object: "whatsapp_business_account", callback_url: app.callbackUrl, active: true, fields };
  return { data: app.callbackUrl ? [entry] : [] };
}
