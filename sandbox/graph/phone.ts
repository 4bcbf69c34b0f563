/** A business phone number. */
import type { Context } from "../context";
import { asObject, asText, type JsonObject } from "../json";
import type { Phone } from "../world";
import { PHONE_DEFAULTS, phoneFields, pick } from "./objects";
import type { GraphCall } from "./router";
import { proveCallback } from "./waba";

export const getPhone = (ctx: Context, phone: Phone, call: GraphCall): JsonObject =>
  pick(
    phoneFields(phone, ctx.world.app, ctx.world.wabas.get(phone.wabaId)?.overrideUri),
    call.query.get("fields"),
    PHONE_DEFAULTS,
  );

/** Sets the PIN (not kept) or the number's own callback. @throws GraphError 2200 when its handshake fails */
export async function setPhone(_ctx: Context, phone: Phone, call: GraphCall): Promise<JsonObject> {
  if (call.fields.webhook_configuration !== undefined) {
    const configuration = asObject(call.fields.webhook_configuration);
    const uri = asText(configuration.override_callback_uri);
    if (uri !== undefined) await proveCallback(uri, asText(configuration.verify_token) ?? "");
    phone.overrideUri = uri;
  }
  return { success: true };
}
