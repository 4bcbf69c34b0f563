/** The client's side of a journey: the sandbox's phone page and its control calls. */
import { type BrowserContext, expect, type Page } from "@playwright/test";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { firm, sandboxUrl } from "./seed";

export interface Client {
  digits: string;
  name: string;
}

let made = 0;
/** A client nobody has seen before. Not under +1555, where some numbers misbehave on purpose. */
export function newClient(word: string): Client {
  made += 1;
  const unique = `${Date.now()}${made}`.slice(-9);
  return { digits: `62812${unique}`, name: `${word} ${unique}` };
}

/** A phone as the product groups it. */
export const grouped = (digits: string): string =>
  parsePhoneNumberFromString(`+${digits}`)?.formatInternational() ?? `+${digits}`;

/** A client whose last four digits make the sandbox misbehave in a known way; only numbers under +1555 do. */
export function oddClient(word: string, suffix: string): Client {
  const client = newClient(word);
  return { ...client, digits: `1555${client.digits.slice(-6)}${suffix}` };
}

/** The client's phone in a page of its own. */
export async function openPhone(context: BrowserContext, client: Client): Promise<Page> {
  const page = await context.newPage();
  const query = new URLSearchParams({ business: firm.phoneNumberId, client: client.digits, name: client.name });
  await page.goto(`${sandboxUrl}/phone?${query}`);
  return page;
}

export async function writeOnPhone(phone: Page, text: string): Promise<void> {
  await phone.getByRole("textbox", { name: "Message" }).fill(text);
  await phone.getByRole("button", { name: "Send", exact: true }).click();
  await expect(phone.getByRole("log")).toContainText(text);
}

async function control(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${sandboxUrl}/_control/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json();
}

/** The client does something without a screen, in the form of the sandbox's `inbound`. */
export async function clientDoes(client: Client, what: object): Promise<void> {
  await control("inbound", { phoneNumberId: firm.phoneNumberId, from: client.digits, name: client.name, ...what });
}

/** The client writes; `secondsAgo` moves the provider's time back, and so the window. */
export async function clientWrites(client: Client, text: string, secondsAgo = 0): Promise<void> {
  await clientDoes(client, { type: "text", text, timestamp: String(Math.floor(Date.now() / 1000) - secondsAgo) });
}

/** The client writes into a group that our number is in. */
export const clientWritesInGroup = (client: Client, text: string) =>
  clientDoes(client, { type: "text", text, group_id: "120363000000000001" });

/** What the provider accepted for this client, in order. */
export async function sentTo(client: Client): Promise<{ text?: string; type: string; wamid: string }[]> {
  const response = await fetch(`${sandboxUrl}/_control/ledger?since=0`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).filter((line) => line.kind === "send" && line.to === client.digits);
}

/** From now on the provider breaks the next connection to this client before it takes anything; nobody on our side can tell. */
export async function breakNextSend(client: Client): Promise<void> {
  await control("faults", { seed: 1, rules: [{ on: "send", kind: "reset-before", p: 1, to: client.digits, times: 1 }] });
}
