/** A business phone number. */
import { tellField } from "../accounts/tell";
import type { Context } from "../context";
import { asObject, asText, type JsonObject } from "../json";
import type { Phone } from "../world";
import { PHONE_DEFAULTS, phoneFields, pick } from "./objects";
import { pinOf } from "./register";
import type { GraphCall } from "./router";
import { proveCallback } from "./waba";

export const getPhone = (ctx: Context, phone: Phone, call: GraphCall): JsonObject =>
  pick(phoneFields(ctx.world, phone, call.otherApp), call.query.get("fields"), PHONE_DEFAULTS);

/**
 * Sets the two-step PIN (the old one is not asked for) or the number's own callback.
 * @throws GraphError 100 for a PIN that is not six digits, 2200 when the callback's handshake fails
 */
export async function setPhone(ctx: Context, phone: Phone, call: GraphCall): Promise<JsonObject> {
  if (call.fields.webhook_configuration !== undefined) {
    const configuration = asObject(call.fields.webhook_configuration);
    const uri = asText(configuration.override_callback_uri);
    if (uri !== undefined) await proveCallback(uri, asText(configuration.verify_token) ?? "");
    if (call.otherApp === undefined) phone.overrideUri = uri;
    else {
      const { [call.otherApp]: _, ...rest } = phone.otherUris ?? {};
      phone.otherUris = uri === undefined ? rest : { ...rest, [call.otherApp]: uri };
    }
  }
  if (call.fields.pin !== undefined) {
    phone.pin = pinOf(call.fields);
    phone.wrongPins = [];
    tellField(ctx, "security", { display_phone_number: phone.digits, event: "PIN_CHANGED" }, phone.wabaId);
  }
  return { success: true };
}
