/** Does a template send fit the template? Pure. */
import { asArray, asObject, asText, type JsonObject } from "../json";
import { componentOf, fill, parametersOf, parameterText, type Template, variablesIn } from "../templates";
import { GraphError } from "./errors";

/** Kinds of body parameters that bring words. */
const WORDS = new Set(["text", "currency", "date_time"]);

/**
 * Finds the template of a send and checks state and parameters.
 * @throws GraphError 132001 unknown or not approved, 132015 paused, 132016 disabled, 132000 count, 132012 form,
 *   132018 characters, 132005 length, 131008 a button's parameter is missing
 */
export function checkTemplate(templates: Template[], content: unknown): Template {
  const send = asObject(content);
  const name = asText(send.name) ?? "";
  const language = asText(asObject(send.language).code) ?? "";
  const template = templates.find((one) => one.name === name && one.language === language);
  if (!template) throw new GraphError(132001, `template name (${name}) does not exist in ${language}`);
  if (template.status === "PAUSED") throw new GraphError(132015);
  if (template.status === "DISABLED") throw new GraphError(132016);
  if (template.status !== "APPROVED") throw new GraphError(132001, `template name (${name}) is not approved in ${language}`);
  const components = asArray(send.components).map(asObject);
  checkBody(template, components);
  checkHeader(template, components);
  checkButtons(template, components);
  return template;
}

function checkBody(template: Template, components: JsonObject[]): void {
  const text = componentOf(template, "BODY")?.text;
  const parameters = parametersOf(components, "body");
  checkWords("body", template, variablesIn(text), parameters);
  if ([...fill(text, parameters)].length > 1024)
    throw new GraphError(132005, "body is longer than 1024 characters after filling");
}

function checkHeader(template: Template, components: JsonObject[]): void {
  const header = componentOf(template, "HEADER");
  const parameters = parametersOf(components, "header");
  const format = String(header?.format ?? "TEXT").toUpperCase();
  if (!header || format === "TEXT") {
    checkWords("header", template, variablesIn(header?.text), parameters);
    return;
  }
  const expected = format === "GIF" ? "video" : format.toLowerCase();
  const only = parameters[0];
  if (parameters.length !== 1 || only?.type !== expected) {
    throw new GraphError(
      132012,
      `header: Format mismatch, expected ${format}, received ${String(only?.type ?? "UNKNOWN").toUpperCase()}`,
    );
  }
}

function checkWords(where: string, template: Template, expected: string[], given: JsonObject[]): void {
  if (given.length !== expected.length) {
    throw new GraphError(
      132000,
      `${where}: number of localizable_params (${given.length}) does not match the expected number of params (${expected.length})`,
    );
  }
  const named = template.parameter_format === "NAMED";
  for (const parameter of given) {
    if (!WORDS.has(String(parameter.type)))
      throw new GraphError(132012, `${where}: parameter of type ${String(parameter.type)} is not allowed`);
    const name = asText(parameter.parameter_name);
    if (named && (name === undefined || !expected.includes(name))) {
      throw new GraphError(132012, `${where}: parameter_name ${name ?? "(missing)"} does not exist in the template`);
    }
    const words = parameterText(parameter);
    if (words === "") throw new GraphError(131008, `${where}: text of a parameter is empty`);
    if (/[\n\t]| {5,}/.test(words))
      throw new GraphError(132018, `${where}: param text cannot have new-line/tab characters or more than 4 consecutive spaces`);
  }
  if (named && new Set(given.map((parameter) => parameter.parameter_name)).size !== given.length) {
    throw new GraphError(132012, `${where}: a parameter_name is given twice`);
  }
}

function checkButtons(template: Template, components: JsonObject[]): void {
  const buttons = asArray(componentOf(template, "BUTTONS")?.buttons).map(asObject);
  const given = components.filter((component) => String(component.type).toLowerCase() === "button");
  for (const component of given) {
    const button = buttons[Number(component.index)];
    if (!button) throw new GraphError(132000, `button: the template has no button at index ${String(component.index)}`);
    if (String(component.sub_type).toUpperCase() !== String(button.type).toUpperCase()) {
      throw new GraphError(132012, `button: Format mismatch at index ${String(component.index)}`);
    }
  }
  for (const [index, button] of buttons.entries()) {
    const needs = String(button.type).toUpperCase() === "URL" && variablesIn(button.url).length > 0;
    const found = given.find((component) => Number(component.index) === index);
    if (needs && asArray(found?.parameters).length !== 1) {
      throw new GraphError(131008, `buttons: Button at index ${index} of type Url requires a parameter`);
    }
  }
}
