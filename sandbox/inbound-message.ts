/** The type-specific part of a client's message, completed where the caller left things out. */
import type { Context } from "./context";
import { ControlError } from "./control-error";
import { newWamid } from "./ids";
import { asArray, asObject, asText, digitsOf, isObject, type JsonObject } from "./json";
import { mediaUrl, storeMedia } from "./media";
import { SAMPLES } from "./samples";
import type { Phone } from "./world";

/** Types that open the service window. Reactions and taps are messages of the client too. */
export const SPOKEN = new Set([
  "text",
  "image",
  "audio",
  "video",
  "document",
  "sticker",
  "location",
  "contacts",
  "interactive",
  "button",
  "reaction",
  "order",
  "unsupported",
]);
const MEDIA = new Set(["image", "audio", "video", "document", "sticker"]);
const KNOWN = new Set([...SPOKEN, "system", "edit", "revoke"]);

/**
 * Builds `{[type]: {…}}` (and `errors` for unsupported ones) from what the control API was given.
 * @returns the fields to merge into the message, and its words for lists and ledger
 * @throws ControlError for an unknown type or a body that cannot be completed
 */
export function inboundMessage(ctx: Context, phone: Phone, type: string, input: JsonObject): { body: JsonObject; text: string } {
  const given = input[type];
  if (type === "text") {
    const text = typeof given === "string" ? given : asObject(given).body;
    if (typeof text !== "string") throw new ControlError(400, "text must be a string, or {body}");
    return { body: { text: { ...asObject(given), body: text } }, text };
  }
  if (MEDIA.has(type)) return mediaMessage(ctx, phone, type, input);
  // a type nobody knows yet is passed on as given: receivers must survive it
  if (!KNOWN.has(type)) {
    if (!isObject(given))
      throw new ControlError(400, `type ${type} is unknown; give its body as "${type}": {…} to send it anyway`);
    return { body: { [type]: given }, text: "" };
  }
  const body = { ...defaultBody(type, input), ...asObject(given) };
  if (type === "contacts") return { body: { contacts: asArray(given).length > 0 ? given : [SAMPLE_CONTACT] }, text: "" };
  if (type === "reaction" && !asText(body.message_id)) throw new ControlError(400, "reaction.message_id is missing");
  if ((type === "edit" || type === "revoke") && !asText(body.original_message_id)) {
    throw new ControlError(400, `${type}.original_message_id is missing`);
  }
  if (type === "unsupported") return { body: { unsupported: body, errors: input.errors ?? [UNSUPPORTED] }, text: "" };
  return { body: { [type]: body }, text: wordsOf(type, body) };
}

function mediaMessage(ctx: Context, phone: Phone, type: string, input: JsonObject): { body: JsonObject; text: string } {
  const { data, ...given } = asObject(input[type]);
  const sample = SAMPLES[type as keyof typeof SAMPLES];
  const known = ctx.world.media.get(asText(given.id) ?? "");
  const media =
    known ??
    storeMedia(ctx, phone.id, {
      mime: asText(given.mime_type) ?? sample.mime,
      bytes: typeof data === "string" ? Buffer.from(data, "base64") : sample.bytes(),
      origin: "webhook",
      ...(type === "document" ? { filename: asText(given.filename) ?? sample.filename } : {}),
      ...(asText(given.id) === undefined ? {} : { id: asText(given.id) }),
    });
  const body: JsonObject = {
    ...(type === "audio" ? { voice: true } : type === "sticker" ? { animated: false } : {}),
    ...(type === "document" ? { filename: media.filename ?? sample.filename } : {}),
    ...given,
    id: media.id,
    mime_type: media.mime,
    sha256: media.sha256,
    url: mediaUrl(ctx, media),
  };
  const caption = asText(given.caption) ?? asText(input.text);
  if (caption !== undefined && type !== "audio" && type !== "sticker") body.caption = caption;
  return { body: { [type]: body }, text: typeof body.caption === "string" ? body.caption : "" };
}

const UNSUPPORTED = {
  code: 131051,
  title: "Message type unknown",
  message: "Message type unknown",
  error_data: { details: "Message type is currently not supported." },
};
const SAMPLE_CONTACT = {
  name: { formatted_name: "Sari Wijaya", first_name: "Sari", last_name: "Wijaya" },
  phones: [{ phone: "+1 555 010 7777", wa_id: "15550107777", type: "MOBILE" }],
  org: { company: "Wijaya & Sons" },
};

function defaultBody(type: string, input: JsonObject): JsonObject {
  const from = digitsOf(input.from);
  switch (type) {
    case "location":
      return { latitude: -6.2088, longitude: 106.8456, name: "Jakarta", address: "Jl. Jenderal Sudirman, Jakarta" };
    case "interactive":
      return { type: "button_reply", button_reply: { id: "yes", title: asText(input.text) ?? "Yes" } };
    case "button":
      return { payload: asText(input.text) ?? "Confirm", text: asText(input.text) ?? "Confirm" };
    case "reaction":
      return { emoji: asText(input.text) ?? "\u{1F44D}" };
    case "order":
      return {
        catalog_id: "700100000000001",
        text: asText(input.text) ?? "",
        product_items: [{ product_retailer_id: "sku-1", quantity: 1, item_price: 10, currency: "USD" }],
      };
    case "system":
      return { type: "user_changed_number", body: `User changed from ${from} to ${from}1`, wa_id: `${from}1` };
    case "unsupported":
      return { type: "poll" };
    case "edit":
      return { message: { type: "text", text: { body: asText(input.text) ?? "" }, context: { id: newWamid(from, "in") } } };
    default:
      return {};
  }
}

function wordsOf(type: string, body: JsonObject): string {
  if (type === "button") return asText(body.text) ?? "";
  if (type === "interactive") {
    const reply = asObject(body[String(body.type)]);
    return asText(reply.title) ?? asText(reply.body) ?? "";
  }
  return type === "order" ? (asText(body.text) ?? "") : "";
}
