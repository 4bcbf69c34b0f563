/** The app's own endpoints: itself, and where its webhooks go. */
import type { Context } from "../context";
import { asArray, asText, type JsonObject, tryJson } from "../json";
import { GraphError, unknownObject } from "./errors";
import { recorded } from "./record";
import type { GraphCall } from "./router";
import { proveCallback } from "./waba";

/** What the app is subscribed to, as GET shows it while no call named fields. */
const FIELDS = [
  "messages",
  "message_template_status_update",
  "account_update",
  "account_review_update",
  "account_alerts",
  "phone_number_name_update",
  "phone_number_quality_update",
  "business_capability_update",
  "security",
  "history",
  "smb_app_state_sync",
  "smb_message_echoes",
];

export const getApp = (ctx: Context): JsonObject => ({ id: ctx.world.app.id, name: "Parley", link: "https://example.com/app" });

/** @throws GraphError 2200 when the callback does not pass the handshake */
export async function subscriptions(ctx: Context, call: GraphCall): Promise<JsonObject> {
  const { app } = ctx.world;
  if (call.method === "POST") return recorded(ctx, call, { effect: "app_subscribe" }, () => subscribe(ctx, call));
  if (call.method === "DELETE") {
    return recorded(ctx, call, { effect: "app_unsubscribe" }, () => {
      app.callbackUrl = undefined;
      return { success: true };
    });
  }
  if (call.method !== "GET") throw unknownObject(call.method, app.id);
  const fields = (app.fields ?? FIELDS).map((name) => ({ name, version: "v26.0" }));
  const entry = { object: "whatsapp_business_account", callback_url: app.callbackUrl, active: true, fields };
  return { data: app.callbackUrl ? [entry] : [] };
}

async function subscribe(ctx: Context, { fields }: GraphCall): Promise<JsonObject> {
  const { app } = ctx.world;
  const callback = asText(fields.callback_url);
  if (callback === undefined) throw new GraphError(100, undefined, { message: "(#100) The parameter callback_url is required" });
  const verifyToken = asText(fields.verify_token) ?? "";
  await proveCallback(callback, verifyToken);
  app.callbackUrl = callback;
  app.verifyToken = verifyToken;
  const named = namesOf(fields.fields);
  if (named.length > 0) app.fields = named;
  return { success: true };
}

/** Names in a list, or in a text with commas. */
function namesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : (tryJson(asText(value) ?? "") ?? (asText(value) ?? "").split(","));
  return asArray(list).flatMap((name) => (typeof name === "string" && name.trim() !== "" ? [name.trim()] : []));
}
