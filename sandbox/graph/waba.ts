/** A WhatsApp Business Account: itself, its numbers, its templates, its subscription. */
import type { Context } from "../context";
import { handshake } from "../hooks/post";
import { asText, type JsonObject } from "../json";
import { matchesFilters, type Template } from "../templates";
import type { Waba } from "../world";
import { GraphError, unknownObject } from "./errors";
import { PHONE_DEFAULTS, page, phoneFields, pick, WABA_DEFAULTS, wabaFields } from "./objects";
import type { GraphCall } from "./router";

export const getWaba = (ctx: Context, waba: Waba, call: GraphCall): JsonObject =>
  pick(wabaFields(ctx.world, waba), call.query.get("fields"), WABA_DEFAULTS);

/** Templates by filter, a page at a time. */
export function getTemplates(waba: Waba, call: GraphCall): JsonObject {
  const defaults = ["name", "parameter_format", "components", "language", "status", "category", "id"];
  const found = waba.templates.filter((template) => matchesFilters(template, call.query));
  return page(
    found.map((template) => pick(templateFields(template), call.query.get("fields"), defaults)),
    call.query,
    call.here,
  );
}

const templateFields = (template: Template): JsonObject => ({ ...template });

export function getPhoneNumbers(ctx: Context, waba: Waba, call: GraphCall): JsonObject {
  const phones = ctx.world.phonesOf(waba.id);
  const items = phones.map((phone) =>
    pick(phoneFields(ctx.world, phone, call.otherApp), call.query.get("fields"), PHONE_DEFAULTS),
  );
  return page(items, call.query, call.here);
}

/**
 * The app's subscription to an account, and its override callback.
 * @throws GraphError 100 when the override comes before the subscription, 2200 when the handshake fails
 */
export async function subscribedApps(ctx: Context, waba: Waba, call: GraphCall): Promise<JsonObject> {
  const id = call.otherApp ?? ctx.world.app.id;
  const place = subscriptionOf(waba, call.otherApp);
  if (call.method === "GET") {
    const api = { id, link: "https://example.com/app", name: "Parley" };
    const entry = { whatsapp_business_api_data: api, ...(place.overrideUri ? { override_callback_uri: place.overrideUri } : {}) };
    return { data: place.subscribed ? [entry] : [] };
  }
  if (call.method === "DELETE") {
    place.subscribed = false;
    place.overrideUri = undefined;
    return { success: true };
  }
  if (call.method !== "POST") throw unknownObject(call.method, waba.id);
  const uri = asText(call.fields.override_callback_uri);
  if (uri !== undefined) {
    if (uri.length > 200) {
      throw new GraphError(100, undefined, { message: "(#100) Param override_callback_uri must be at most 200 characters long" });
    }
    if (!place.subscribed) {
      throw new GraphError(100, undefined, {
        message:
          "(#100) Before override the current callback uri, your app must be subscribed to receive messages for WhatsApp Business Account",
      });
    }
    await proveCallback(uri, asText(call.fields.verify_token) ?? "");
  }
  place.subscribed = true;
  place.overrideUri = uri;
  return { success: true };
}

/** Each app has its own subscription and callback; ours stand in the account itself. */
function subscriptionOf(waba: Waba, otherApp: string | undefined): { subscribed: boolean; overrideUri?: string | undefined } {
  if (otherApp === undefined) return waba;
  waba.others ??= {};
  waba.others[otherApp] ??= { subscribed: false };
  return waba.others[otherApp];
}

/** @throws GraphError 2200 when the callback does not return the challenge */
export async function proveCallback(uri: string, verifyToken: string): Promise<void> {
  const { ok, status } = await handshake(uri, verifyToken);
  if (!ok)
    throw new GraphError(2200, undefined, {
      message: `(#2200) Callback verification failed with the following errors: HTTP Status Code = ${status}`,
    });
}
