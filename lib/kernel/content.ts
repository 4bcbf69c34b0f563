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
