/** Message templates: what is seeded, how they are listed, how one looks when filled. Pure. */
import { stableId } from "./ids";
import { asArray, asObject, asText, isObject, type JsonObject } from "./json";
import { SEEDED } from "./templates.seed";

export interface Template {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  parameter_format: "POSITIONAL" | "NAMED";
  components: JsonObject[];
  quality_score: JsonObject;
  rejected_reason: string;
}

/** The templates of an account, with ids of its own. @param given from the state file, instead of the built-in ones */
export function seedTemplates(wabaId: string, given: Template[] | undefined): Template[] {
  return (given ?? SEEDED).map((template) => ({
    ...template,
    id: given ? template.id : stableId(6, wabaId, template.name, template.language),
  }));
}

/**
 * Completes a template given by the state file or the control API.
 * @throws Error when name, language or components are missing
 */
export function parseTemplate(input: unknown, wabaId = ""): Template {
  const value = asObject(input);
  const [name, language] = [asText(value.name), asText(value.language)];
  const components = asArray(value.components).filter(isObject);
  if (!name || !language || components.length === 0) throw new Error("a template needs name, language and components");
  return {
    id: asText(value.id) ?? stableId(6, wabaId, name, language),
    name,
    language,
    status: asText(value.status) ?? "APPROVED",
    category: asText(value.category) ?? "UTILITY",
    parameter_format: value.parameter_format === "NAMED" ? "NAMED" : "POSITIONAL",
    components,
    quality_score: isObject(value.quality_score) ? value.quality_score : { score: "UNKNOWN" },
    rejected_reason: asText(value.rejected_reason) ?? "NONE",
  };
}

/** The component of this type, whatever case it is written in. */
export const componentOf = (template: Template, type: string): JsonObject | undefined =>
  template.components.find((component) => String(component.type).toUpperCase() === type);

/** Names of the variables in a text, in order, each once: "1", "2" or "first_name". */
export function variablesIn(text: unknown): string[] {
  const found = [...String(text ?? "").matchAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g)].map((match) => match[1] ?? "");
  return [...new Set(found)];
}

/** The parameters of one part of a send, by component type. */
export const parametersOf = (components: unknown, type: string): JsonObject[] =>
  asArray(
    asArray(components)
      .map(asObject)
      .find((component) => String(component.type).toLowerCase() === type)?.parameters,
  ).filter(isObject);

/** The words a parameter brings. */
export function parameterText(parameter: JsonObject): string {
  if (parameter.type === "currency") return asText(asObject(parameter.currency).fallback_value) ?? "";
  if (parameter.type === "date_time") return asText(asObject(parameter.date_time).fallback_value) ?? "";
  return typeof parameter.text === "string" ? parameter.text : "";
}

/** Fills the variables of a text; what has no parameter stays as it is. */
export function fill(text: unknown, parameters: JsonObject[]): string {
  const byName = new Map<string, string>();
  for (const [index, parameter] of parameters.entries()) {
    byName.set(asText(parameter.parameter_name) ?? String(index + 1), parameterText(parameter));
  }
  return String(text ?? "").replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (whole, name: string) => byName.get(name) ?? whole);
}

/** The body of a template as the client reads it. */
export const filledBody = (template: Template, components: unknown): string =>
  fill(componentOf(template, "BODY")?.text, parametersOf(components, "body"));

/** The filters of GET /{waba}/message_templates. */
export function matchesFilters(template: Template, query: URLSearchParams): boolean {
  const is = (name: string, value: string) => {
    const asked = query.get(name);
    return asked === null || asked === "" || asked.toUpperCase() === value.toUpperCase();
  };
  const content = query.get("content")?.toLowerCase();
  const name = query.get("name")?.toLowerCase();
  return (
    (!name || template.name.includes(name)) &&
    is("language", template.language) &&
    is("status", template.status) &&
    is("category", template.category) &&
    is("quality_score", String(template.quality_score.score)) &&
    (!content || JSON.stringify(template.components).toLowerCase().includes(content))
  );
}
