/** Approved wording: what it looks like, which variables it has, how it reads once filled. Pure. */
import type { TemplateView } from "@/lib/templates/views";

type Json = Record<string, unknown>;
const obj = (v: unknown): Json => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Json) : {});
const str = (v: unknown): string | null => (typeof v === "string" && v !== "" ? v : null);

export interface TemplateShape {
  format: "positional" | "named";
  header: string | null;
  body: string;
  footer: string | null;
  buttons: string[];
  variables: { key: string; example: string | null }[];
  /** False for templates that need more than body variables (media headers, variable buttons): not offered yet. */
  supported: boolean;
}

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const keysIn = (text: string) => [...new Set([...text.matchAll(VARIABLE)].map((m) => m[1] ?? ""))];

/** Reads the provider's components as kept in `templates.components`. Never throws. */
export function shapeOf(components: unknown): TemplateShape {
  const { format, parts } = obj(components);
  const byType = new Map((Array.isArray(parts) ? parts : []).map((p) => [String(obj(p).type ?? "").toUpperCase(), obj(p)]));
  const header = byType.get("HEADER");
  const body = byType.get("BODY");
  const text = str(body?.text) ?? "";
  const rawButtons = byType.get("BUTTONS")?.buttons;
  const buttons = (Array.isArray(rawButtons) ? rawButtons : []).map(obj);
  const named = String(format).toUpperCase() === "NAMED";
  const headerText = str(header?.text);
  const plainHeader = !header || (String(header.format).toUpperCase() === "TEXT" && keysIn(headerText ?? "").length === 0);
  const plainButtons = buttons.every(
    (b) => keysIn(str(b.url) ?? "").length === 0 && !["OTP", "COPY_CODE", "FLOW"].includes(String(b.type).toUpperCase()),
  );
  const extra = [...byType.keys()].some((t) => !["HEADER", "BODY", "FOOTER", "BUTTONS"].includes(t));
  const keys = keysIn(text);
  if (!named) keys.sort((a, b) => Number(a) - Number(b));
  return {
    format: named ? "named" : "positional",
    header: headerText,
    body: text,
    footer: str(byType.get("FOOTER")?.text),
    buttons: buttons.map((b) => str(b.text) ?? "").filter(Boolean),
    variables: keys.map((key, i) => ({ key, example: exampleOf(obj(body?.example), named, key, i) })),
    supported: text !== "" && plainHeader && plainButtons && !extra,
  };
}

function exampleOf(example: Json, named: boolean, key: string, index: number): string | null {
  if (named) {
    const list = Array.isArray(example.body_text_named_params) ? example.body_text_named_params : [];
    return str(obj(list.find((p) => obj(p).param_name === key)).example);
  }
  const rows = Array.isArray(example.body_text) ? example.body_text : [];
  return Array.isArray(rows[0]) ? str(rows[0][index]) : str(rows[index]);
}

/** Why values do not fit, by variable key; empty when they do. Meta refuses newlines, tabs and more than four spaces in a value. */
export function faultsOf(shape: TemplateShape, values: Record<string, string>): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const { key } of shape.variables) {
    const value = values[key];
    if (value === undefined || value.trim() === "") faults[key] = "required";
    else if (/[\n\t]| {5,}/.test(value)) faults[key] = "no_breaks";
  }
  for (const key of Object.keys(values)) if (!shape.variables.some((v) => v.key === key)) faults[key] = "unknown";
  if (Object.keys(faults).length === 0 && fill(shape.body, values).length > 1024)
    faults[shape.variables[0]?.key ?? "body"] = "too_long";
  return faults;
}

/** The body as the client will read it. */
export const fill = (body: string, values: Record<string, string>) =>
  body.replace(VARIABLE, (whole, key: string) => (Object.hasOwn(values, key) ? (values[key] ?? whole) : whole));

export const toTemplateView = (
  row: { id: string; name: string; language: string; category: string },
  shape: TemplateShape,
): TemplateView => ({
  id: row.id,
  name: row.name,
  language: row.language,
  category: row.category,
  header: shape.header,
  body: shape.body,
  footer: shape.footer,
  buttons: shape.buttons,
  variables: shape.variables,
});

/** Languages that differ only in writing (`en-US`, `en_US`) are one. */
export const normalLanguage = (code: string) => code.replaceAll("-", "_");
