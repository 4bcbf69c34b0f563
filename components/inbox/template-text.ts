/** Reading and filling a template's body. Pure. */
export type BodyPart = { kind: "text"; text: string } | { kind: "variable"; key: string; first: boolean };

/** Cuts `Hello {{1}}, …` into words and variables; only the first place of a variable is where it is filled in. */
export function bodyParts(body: string): BodyPart[] {
  const seen = new Set<string>();
  return body.split(/(\{\{\s*[\w.]+\s*\}\})/u).flatMap((part): BodyPart[] => {
    const key = /^\{\{\s*([\w.]+)\s*\}\}$/u.exec(part)?.[1];
    if (key === undefined) return part ? [{ kind: "text", text: part }] : [];
    const first = !seen.has(key);
    seen.add(key);
    return [{ kind: "variable", key, first }];
  });
}

/** The body as the client will read it; what is not filled in stays as its placeholder. */
export const fillBody = (body: string, values: Readonly<Record<string, string>>): string =>
  bodyParts(body)
    .map((part) => (part.kind === "text" ? part.text : values[part.key]?.trim() || `{{${part.key}}}`))
    .join("");

/** Meta refuses line breaks, tabs and long runs of spaces inside a variable. */
export const asValue = (text: string): string => text.replace(/\s+/gu, " ").trim();

/** Meta's language code (`pt_BR`) as people of `locale` say it; a code nobody knows stays as it is. */
export function languageName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(code.replaceAll("_", "-")) ?? code;
  } catch {
    return code;
  }
}
