/** What leaves the server about approved templates. Browser-pure. */
import * as z from "zod/mini";

export const TemplateVariable = z.object({
  /** `1`, `2`, … for positional templates, the name for named ones. */
  key: z.string(),
  example: z.nullable(z.string()),
});
export const TemplateView = z.object({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  header: z.nullable(z.string()),
  /** Body with `{{1}}` or `{{name}}` in place. */
  body: z.string(),
  footer: z.nullable(z.string()),
  buttons: z.array(z.string()),
  variables: z.array(TemplateVariable),
});
export type TemplateView = z.infer<typeof TemplateView>;
export const TemplateList = z.object({ items: z.array(TemplateView), syncedAt: z.nullable(z.string()) });
export type TemplateList = z.infer<typeof TemplateList>;
