/** What a message says, in our words; shared by providers and rooms. Browser-pure. */
import * as z from "zod/mini";

export const TextContent = z.object({ kind: z.literal("text"), text: z.string() });
export const TemplateContent = z.object({
  kind: z.literal("template"),
  name: z.string(),
  language: z.string(),
  header: z.nullable(z.string()),
  text: z.string(),
  footer: z.nullable(z.string()),
  buttons: z.array(z.string()),
});
/** Anything the inbox does not yet show richly: a card that names its type; `lines` are the client's own words (caption, file name, place, button title). */
export const CardContent = z.object({ kind: z.literal("card"), type: z.string(), lines: z.array(z.string()) });
export const ContentView = z.discriminatedUnion("kind", [TextContent, TemplateContent, CardContent]);
export type ContentView = z.infer<typeof ContentView>;

/** The one word for what a message is: `text`, `template`, or the card's type. */
export const typeOf = (content: ContentView): string => (content.kind === "card" ? content.type : content.kind);

/** What WhatsApp itself says about the client; nobody spoke. */
const NOTICE_TYPES = ["system", "number_changed", "user_id_changed", "identity_changed"];
export const isNotice = (content: ContentView): boolean => content.kind === "card" && NOTICE_TYPES.includes(content.type);

// Meta: only a message or call of the person opens the window; for reactions its pages do not say, so the safer reading holds.
// What is said in a group is said to others too.
export const SILENT_TYPES: readonly string[] = [...NOTICE_TYPES, "reaction", "reaction_removed", "edit", "revoke", "group"];
/** Whether an inbound message of this type opens the 24-hour window. The same ones count as unread. */
export const opensWindow = (type: string): boolean => !SILENT_TYPES.includes(type);

// separators, control and format characters
const INVISIBLE = /^[\p{Z}\p{Cc}\p{Cf}]*$/u;
/** Whether nothing of a text could be seen: its bubble would be empty. */
export const isInvisible = (text: string): boolean => INVISIBLE.test(text);

const PREVIEW = 160;
/** A message in one line, for lists and excerpts. */
export function previewOf(content: ContentView): { text: string; type: string } {
  const text = content.kind === "card" ? content.lines.join(" · ") : content.text;
  const start = text.trimStart().slice(0, 8 * PREVIEW); // a text may have 65,536 characters
  return { text: [...start.replace(/\s+/g, " ").trim()].slice(0, PREVIEW).join(""), type: typeOf(content) };
}

/** Stands for what a row held when its seal is broken. */
export const UNOPENED = { kind: "card", type: "unopened", lines: [] } satisfies ContentView;
export const isUnopened = (content: ContentView): boolean => typeOf(content) === UNOPENED.type;

/** Type of what the phone app's past shows where a file was; the file itself may follow. Source: Meta, Webhooks, `history`. */
export const PLACEHOLDER = "media_placeholder";
