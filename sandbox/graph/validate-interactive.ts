/** Interactive messages: buttons, lists and the rest, with the platform's limits. Pure. */
import { asArray, asObject, asText, isObject, type JsonObject } from "../json";
import { GraphError } from "./errors";

const invalid = (details: string): GraphError => new GraphError(131009, details);

/** @throws GraphError 131008 or 131009 when a part is missing, too long or doubled */
export function checkInteractive(content: JsonObject): void {
  const type = asText(content.type);
  const action = asObject(content.action);
  if (type === undefined) throw new GraphError(131008, "interactive.type is required.");
  if (!isObject(content.action)) throw new GraphError(131008, "interactive.action is required.");
  const bodyLimit = type === "list" ? 4096 : 1024;
  const needsBody = !["product", "catalog_message", "voice_call"].includes(type);
  text(asObject(content.body).text, "interactive.body.text", bodyLimit, needsBody);
  text(asObject(content.footer).text, "interactive.footer.text", 60, false);
  text(asObject(content.header).text, "interactive.header.text", 60, false);
  if (type === "button") {
    checkButtons(action);
    return;
  }
  if (type === "list") {
    checkList(content, action);
    return;
  }
  if (type === "cta_url") {
    const parameters = asObject(action.parameters);
    text(parameters.display_text, "action.parameters.display_text", 20, true);
    if (!URL.canParse(asText(parameters.url) ?? "")) throw invalid("action.parameters.url is not a valid URL.");
  }
  if (type === "flow") {
    const parameters = asObject(action.parameters);
    if ((parameters.flow_id === undefined) === (parameters.flow_name === undefined))
      throw invalid("Give either flow_id or flow_name.");
    text(parameters.flow_cta, "action.parameters.flow_cta", 20, true);
  }
  if (type === "carousel") {
    const cards = asArray(action.cards);
    if (cards.length < 2 || cards.length > 10) throw invalid("A carousel has 2 to 10 cards.");
    for (const card of cards) text(asObject(asObject(card).body).text, "cards.body.text", 160, false);
  }
}

function checkButtons(action: JsonObject): void {
  const buttons = asArray(action.buttons).map((button) => asObject(asObject(button).reply));
  if (buttons.length < 1 || buttons.length > 3) throw invalid("Buttons count must be between 1 and 3.");
  for (const button of buttons) {
    text(button.title, "button.reply.title", 20, true);
    text(button.id, "button.reply.id", 256, true);
  }
  distinct(
    buttons.map((button) => button.id),
    "Button ids must be distinct.",
  );
  distinct(
    buttons.map((button) => button.title),
    "Button titles must be distinct.",
  );
}

function checkList(content: JsonObject, action: JsonObject): void {
  if (content.header !== undefined && asObject(content.header).type !== "text") throw invalid("A list takes a text header only.");
  text(action.button, "action.button", 20, true);
  const sections = asArray(action.sections).map(asObject);
  if (sections.length < 1 || sections.length > 10) throw invalid("A list has 1 to 10 sections.");
  for (const section of sections) text(section.title, "section.title", 24, sections.length > 1);
  const rows = sections.flatMap((section) => asArray(section.rows).map(asObject));
  if (rows.length < 1 || rows.length > 10) throw invalid("Total row count must be between 1 and 10.");
  for (const row of rows) {
    text(row.id, "row.id", 200, true);
    text(row.title, "row.title", 24, true);
    text(row.description, "row.description", 72, false);
  }
  distinct(
    rows.map((row) => row.id),
    "Row ids must be distinct.",
  );
}

function text(value: unknown, name: string, limit: number, required: boolean): void {
  if (value === undefined && !required) return;
  if (typeof value !== "string" || value === "") throw new GraphError(131008, `${name} is required.`);
  if ([...value].length > limit) throw invalid(`${name} is longer than ${limit} characters.`);
}

function distinct(values: unknown[], details: string): void {
  if (new Set(values).size !== values.length) throw invalid(details);
}
