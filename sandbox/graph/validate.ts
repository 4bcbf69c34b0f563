/** The shape of a send, type by type, as the platform checks it before accepting. Pure. */
import { asArray, asObject, asText, digitsOf, isObject, type JsonObject } from "../json";
import { GraphError } from "./errors";
import { checkInteractive } from "./validate-interactive";

export interface Send {
  /** Digits of the recipient; empty when a business-scoped id is given. */
  to: string;
  /** As written in the request, echoed in `contacts[].input`. */
  input: string;
  /** Business-scoped user id, used when there is no `to`. */
  recipient?: string;
  type: string;
  content: unknown;
  /** Wamid of the quoted message. */
  quotes?: string;
  tag?: string;
}

const MEDIA = new Set(["image", "video", "audio", "document", "sticker"]);
const TYPES = new Set([...MEDIA, "text", "location", "contacts", "reaction", "interactive", "template"]);

/**
 * Reads the body of POST /{phone}/messages.
 * @throws GraphError 100, 131008, 131009 or 131051 as the platform would
 */
export function readSend(body: JsonObject): Send {
  if (body.messaging_product !== "whatsapp")
    throw new GraphError(100, undefined, { message: "(#100) The parameter messaging_product is required." });
  const input = asText(body.to) ?? "";
  const recipient = asText(body.recipient);
  if (input === "" && recipient === undefined) throw new GraphError(131008, "The parameter to is required.");
  const to = digitsOf(input);
  if (input !== "" && (to.length < 7 || to.length > 15)) throw new GraphError(131009, "Parameter to is not a valid phone number");
  const type = body.type === undefined ? "text" : asText(body.type);
  if (type === undefined || !TYPES.has(type))
    throw new GraphError(131009, `Parameter type must be one of {${[...TYPES].join(", ").toUpperCase()}}`);
  const content = body[type];
  if (content === undefined) throw new GraphError(131008, `The parameter ${type} is required.`);
  checkContent(type, content);
  const tag = asText(body.biz_opaque_callback_data);
  if (tag !== undefined && tag.length > 512)
    throw new GraphError(131009, "biz_opaque_callback_data is longer than 512 characters");
  const quotes = asText(asObject(body.context).message_id);
  return {
    to,
    input: input === "" ? (recipient ?? "") : input,
    ...(input === "" && recipient !== undefined ? { recipient } : {}),
    type,
    content,
    ...(quotes === undefined ? {} : { quotes }),
    ...(tag === undefined ? {} : { tag }),
  };
}

function checkContent(type: string, content: unknown): void {
  if (type === "contacts") {
    checkContacts(content);
    return;
  }
  if (!isObject(content)) throw new GraphError(100, `Parameter ${type} must be a JSON object.`);
  if (type === "text") {
    checkText(content.body, "text.body", 4096);
    return;
  }
  if (MEDIA.has(type)) {
    checkMedia(type, content);
    return;
  }
  if (type === "location") {
    for (const [name, bound] of [
      ["latitude", 90],
      ["longitude", 180],
    ] as const) {
      const value = content[name];
      if (value === undefined || value === "") throw new GraphError(131008, `location.${name} is required.`);
      if (!(Math.abs(Number(value)) <= bound)) throw new GraphError(131009, `location.${name} is not valid.`);
    }
  }
  if (type === "reaction") {
    if (!asText(content.message_id)) throw new GraphError(131008, "reaction.message_id is required.");
    if (content.emoji !== undefined && typeof content.emoji !== "string")
      throw new GraphError(131009, "reaction.emoji is not valid.");
  }
  if (type === "interactive") checkInteractive(content);
  if (type === "template") {
    if (!asText(content.name)) throw new GraphError(131008, "template.name is required.");
    if (!asText(asObject(content.language).code)) throw new GraphError(131008, "template.language.code is required.");
  }
}

/** A required text of at most `limit` characters. */
export function checkText(value: unknown, name: string, limit: number): void {
  if (typeof value !== "string" || value === "") throw new GraphError(131008, `The parameter ${name} is required.`);
  if ([...value].length > limit) throw new GraphError(100, `Param ${name} must be at most ${limit} characters long.`);
}

function checkMedia(type: string, content: JsonObject): void {
  const [id, link] = [asText(content.id), asText(content.link)];
  if (id === undefined && link === undefined) throw new GraphError(131008, `${type}.id or ${type}.link is required.`);
  if (link !== undefined && !URL.canParse(link)) throw new GraphError(131009, `${type}.link is not a valid URL.`);
  if (content.caption === undefined) return;
  if (type === "audio" || type === "sticker") throw new GraphError(100, `${type} does not take a caption.`);
  checkText(content.caption, `${type}.caption`, 1024);
}

function checkContacts(content: unknown): void {
  const cards = asArray(content);
  if (cards.length === 0 || cards.length > 257) throw new GraphError(131009, "contacts must hold 1 to 257 cards.");
  for (const card of cards) {
    if (!asText(asObject(asObject(card).name).formatted_name))
      throw new GraphError(131008, "contacts.name.formatted_name is required.");
  }
}
