/** Meta's signup window, played through its own pages; and what Meta's world holds. */
import fs from "node:fs";
import type { Page } from "@playwright/test";
import { expect } from "./desk";
import { given, sandboxUrl } from "./seed";

/** Begins a journey from the page of numbers. */
export async function begin(desk: Page, way: RegExp): Promise<void> {
  await desk.goto("/settings/numbers");
  await desk.getByRole("button", { name: "Connect a number" }).click();
  await desk.getByRole("radio", { name: way }).check();
  await desk.getByRole("button", { name: "Go on" }).click();
  await expect(desk.getByRole("heading", { name: "Connect a number" })).toBeVisible();
}

/** Opens Meta's window as a person does. */
export async function openMeta(desk: Page): Promise<Page> {
  const popup = desk.waitForEvent("popup");
  await desk.getByRole("button", { name: /^Connect with Meta/ }).click();
  return popup;
}
export const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** Walks Meta's window to its permissions. */
export async function walk(meta: Page, fields: Record<string, string>): Promise<void> {
  for (const heading of [
    "Choose a business portfolio",
    "Choose a WhatsApp Business account",
    "Create your business profile",
    /Add a phone number|Connect your WhatsApp Business app/,
    "Verify the number",
  ]) {
    await expect(meta.getByRole("heading", { name: heading })).toBeVisible();
    for (const [label, value] of Object.entries(fields)) {
      const field = meta.getByLabel(label, { exact: true });
      if (await field.isVisible()) await field.fill(value);
    }
    await press(meta, "Continue");
  }
  await expect(meta.getByRole("heading", { name: "Confirm what Parley may do" })).toBeVisible();
}

/** The client writes to whichever number has this name. */
export async function writesTo(number: string, from: string, name: string, text: string): Promise<void> {
  const { numbers } = await (await fetch(`${sandboxUrl}/_control/accounts`)).json();
  const { id } = numbers.find((one: { name: string }) => one.name === number);
  const body = JSON.stringify({ phoneNumberId: id, from, name, type: "text", text });
  const answer = await fetch(`${sandboxUrl}/_control/inbound`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(200);
}

/** A call of the sandbox's control API. */
export async function control<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${sandboxUrl}/_control/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

/** What Meta itself knows of an account: the tokens that open it, and the PIN of its number. */
export function secretsAtMeta(name: string): { tokens: string[]; pin: string; wabaId: string } {
  const file = given("SANDBOX_LEDGER").replace(/\.ndjson$/, ".accounts.json");
  const world: {
    phones: { name: string; wabaId: string; pin?: string }[];
    tokens: { token: string; wabas: string[] }[];
  } = JSON.parse(fs.readFileSync(file, "utf8"));
  const phone = world.phones.find((one) => one.name === name);
  if (!phone) throw new Error(`Meta knows no number ${name}`);
  const tokens = world.tokens.filter(({ wabas }) => wabas.includes(phone.wabaId)).map(({ token }) => token);
  return { tokens, pin: phone.pin ?? "", wabaId: phone.wabaId };
}

/** Every address the Graph API was asked at. */
export async function addressesAtMeta(): Promise<string[]> {
  const answer: { addresses: string[] } = await (await fetch(`${sandboxUrl}/_control/addresses`)).json();
  return answer.addresses;
}
