/** Registering a number for the Cloud API, its PIN, and its verification by code. */
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import type { Phone } from "../world";
import { GraphError } from "./errors";
import { codeStatusOf } from "./objects";
import type { GraphCall } from "./router";

/** Ten registrations per number in 72 hours (133016). */
const MOST_ATTEMPTS = 10;
const ATTEMPT_WINDOW_MS = 72 * 3_600_000;
const MOST_WRONG_PINS = 5;
const WRONG_PIN_WINDOW_MS = 3_600_000;
const DELETED_MS = 5 * 60_000;
/** The code every verification expects. */
export const VERIFICATION_CODE = "123456";

/**
 * POST /{phone}/register.
 * @throws GraphError 100, 133005, 133006, 133008, 133009, 133015 or 133016
 */
export function register(ctx: Context, phone: Phone, { fields }: GraphCall): JsonObject {
  if (asText(fields.messaging_product) !== "whatsapp")
    throw wrong('(#100) Param messaging_product must be one of {WHATSAPP} - got "".');
  const pin = pinOf(fields);
  refuseCoexistence(phone, "registered");
  const now = ctx.now();
  if (phone.deletedAt !== undefined && now - phone.deletedAt < DELETED_MS) throw new GraphError(133015);
  phone.registerAttempts = phone.registerAttempts.filter((at) => now - at < ATTEMPT_WINDOW_MS);
  if (phone.registerAttempts.length >= MOST_ATTEMPTS) throw new GraphError(133016);
  phone.registerAttempts.push(now);
  if (codeStatusOf(phone, now) !== "VERIFIED") throw new GraphError(133006);
  checkPin(ctx, phone, pin);
  phone.pin = pin;
  phone.registered = true;
  phone.registeredOnce = true;
  phone.status = "CONNECTED";
  phone.platform = "CLOUD_API";
  if (phone.quality === "UNKNOWN") phone.quality = "GREEN";
  return { success: true };
}

function checkPin(ctx: Context, phone: Phone, pin: string): void {
  if (phone.pin === undefined) return;
  const now = ctx.now();
  phone.wrongPins = phone.wrongPins.filter((at) => now - at < WRONG_PIN_WINDOW_MS);
  if (phone.wrongPins.length >= MOST_WRONG_PINS) throw new GraphError(133008);
  const last = phone.wrongPins.at(-1);
  if (last !== undefined && now - last < ctx.tune.pinGapMs) throw new GraphError(133009);
  if (phone.pin === pin) {
    phone.wrongPins = [];
    return;
  }
  phone.wrongPins.push(now);
  throw new GraphError(133005);
}

/** POST /{phone}/deregister. @throws GraphError 100 for a coexistence number, 133010 when it is not registered */
export function deregister(_ctx: Context, phone: Phone): JsonObject {
  refuseCoexistence(phone, "deregistered");
  if (!phone.registered) throw new GraphError(133010);
  phone.registered = false;
  phone.status = "DISCONNECTED";
  phone.platform = "NOT_APPLICABLE";
  return { success: true };
}

/** The merchant disconnects in his app; no call may. */
function refuseCoexistence(phone: Phone, what: string): void {
  if (!phone.onBizApp) return;
  throw new GraphError(100, `The phone number is in use with the WhatsApp Business app and cannot be ${what} by API.`);
}

/** POST /{phone}/request_code. @throws GraphError 100, or 136024 when the number is verified already */
export function requestCode(ctx: Context, phone: Phone, { fields }: GraphCall): JsonObject {
  const method = asText(fields.code_method) ?? "";
  if (method !== "SMS" && method !== "VOICE") throw wrong("(#100) Param code_method must be one of {SMS, VOICE}");
  if (asText(fields.language) === undefined) throw wrong("(#100) The parameter language is required.");
  if (codeStatusOf(phone, ctx.now()) === "VERIFIED") throw new GraphError(136024, "The phone number is verified already.");
  phone.codeAsked = true;
  return { success: true };
}

/** POST /{phone}/verify_code. @throws GraphError 136024 for a wrong code, or one nobody asked for */
export function verifyCode(ctx: Context, phone: Phone, { fields }: GraphCall): JsonObject {
  if (!phone.codeAsked || asText(fields.code) !== VERIFICATION_CODE) {
    throw new GraphError(136024, "The code is incorrect. Request a new code and try again.");
  }
  phone.codeAsked = false;
  phone.codeStatus = "VERIFIED";
  phone.onboardedAt = ctx.now();
  return { success: true };
}

/** The `pin` of a call. @throws GraphError 100 unless it is six digits */
export function pinOf(fields: JsonObject): string {
  const pin = asText(fields.pin) ?? "";
  if (!/^\d{6}$/.test(pin)) throw wrong("(#100) Param pin must be a 6-digit string");
  return pin;
}

const wrong = (message: string): GraphError => new GraphError(100, undefined, { message });
