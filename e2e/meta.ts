/** Meta's signup window, played through its own pages; and what Meta's world holds. */
import fs from "node:fs";
import type { Page } from "@playwright/test";
import { expect } from "./desk";
import { given, sandboxUrl } from "./seed";

/** Begins a journey from the page of numbers. */
export async function begin(desk: Page, way: RegExp): Promise<void> {
  await desk.goto("/settings/numbers");
  // the page's own: an account that waits has one beside it
  await desk.getByRole("button", { name: "Connect a number" }).first().click();
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
/** Presses a button of Meta's window; one that ends the window may take it away before the press is told of. */
export async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  await button.click().catch((error) => {
    if (!page.isClosed()) throw error;
  });
}

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

/** Connects a number as a person does, and lets Meta think well of it. */
export async function connect(desk: Page, name: string, number: string): Promise<Omit<Share, "businessId">> {
  await begin(desk, /A number of its own/);
  const meta = await openMeta(desk);
  await walk(meta, {
    "Name of the new portfolio": name,
    "Display name": name,
    "New number": number,
    "Verification code": "123456",
  });
  await press(meta, "Confirm");
  await press(meta, "Finish");
  await expect(desk.getByText(`${name} is connected.`)).toBeVisible({ timeout: 20_000 });
  const { numbers } = await (await fetch(`${sandboxUrl}/_control/accounts`)).json();
  const { id: phoneNumberId, wabaId } = numbers.find((one: { name: string }) => one.name === name);
  await control("number", { phoneNumberId, nameStatus: "APPROVED", quality: "GREEN" });
  await control("waba", { wabaId, verification: "verified" });
  return { wabaId, phoneNumberId };
}

/** What a business shares in Meta's window. */
export interface Share {
  businessId: string;
  wabaId: string;
  phoneNumberId: string;
}

/** Walks the window with a portfolio, an account and a number that exist. */
export async function chooseExisting(meta: Page, { businessId, wabaId, phoneNumberId }: Share): Promise<void> {
  await meta.getByLabel("Business portfolio", { exact: true }).selectOption(businessId);
  await press(meta, "Continue");
  await meta.getByLabel("WhatsApp Business account", { exact: true }).selectOption(wabaId);
  await press(meta, "Continue");
  const heading = meta.getByRole("heading", { level: 2 });
  for (let i = 0; i < 4; i++) {
    const title = (await heading.filter({ visible: true }).textContent()) ?? "";
    if (title.startsWith("Confirm")) break;
    if (title.startsWith("Add a phone number"))
      await meta.getByLabel("Phone number", { exact: true }).selectOption(phoneNumberId);
    if (title.startsWith("Verify")) await meta.getByLabel("Verification code").fill("123456");
    await press(meta, "Continue");
  }
  await press(meta, "Confirm");
  await press(meta, "Finish");
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
