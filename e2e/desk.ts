/** A signed-in person at the inbox. Everything is found by role and label: what is not found so, a screen reader cannot find either. */
import {
  type APIResponse,
  type Browser,
  type BrowserContext,
  test as base,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";
import type { Client } from "./sandbox";
import { personOf, webUrl } from "./seed";

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;
const states = new Map<string, State>();

/** Fills the form as a person does. */
export async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/inbox**");
}

/** The seed's people have languages of their own; the journeys are written in English. */
export async function speakEnglish(context: BrowserContext): Promise<void> {
  const response = await context.request.put("/api/me/preferences", {
    data: { locale: "en" },
    headers: { "x-parley": "1", origin: new URL(webUrl).origin },
  });
  expect(response.status()).toBe(200);
}

/** The session of a role, opened once and shared by all journeys. */
async function stateOf(browser: Browser, role: string): Promise<State> {
  const known = states.get(role);
  if (known) return known;
  const context = await browser.newContext({ baseURL: webUrl, locale: "en-GB", timezoneId: "Asia/Jakarta" });
  await signIn(await context.newPage(), personOf(role));
  await speakEnglish(context);
  const state = await context.storageState();
  states.set(role, state);
  await context.close();
  return state;
}

interface Journey {
  /** Opens the inbox as somebody of a role, in a window of their own. */
  deskOf: (role: string, options?: Parameters<Browser["newContext"]>[0]) => Promise<Page>;
  /** Console errors that a journey provokes on purpose. */
  expected: RegExp[];
  watch: (page: Page) => void;
}

export const test = base.extend<Journey>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape
  expected: async ({}, use) => use([]),
  watch: async ({ expected }, use) => {
    const faults: string[] = [];
    await use((page) => {
      const note = (text: string) => expected.some((pattern) => pattern.test(text)) || faults.push(text);
      page.on("console", (message) => message.type() === "error" && note(message.text()));
      page.on("pageerror", (error) => note(error.message));
    });
    expect(faults, "errors in the browser's console").toEqual([]);
  },
  page: async ({ page, watch }, use) => {
    watch(page);
    await use(page);
  },
  deskOf: async ({ browser, watch }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (role, options) => {
      const storageState = await stateOf(browser, role);
      const context = await browser.newContext({
        baseURL: webUrl,
        locale: "en-GB",
        timezoneId: "Asia/Jakarta",
        storageState,
        ...options,
      });
      opened.push(context);
      const page = await context.newPage();
      watch(page);
      await page.goto("/inbox/all");
      return page;
    });
    await Promise.all(opened.map((context) => context.close()));
  },
});

export { expect };

/** The client's row in the list. */
export const rowOf = (page: Page, client: Client): Locator => page.getByRole("link", { name: new RegExp(client.name) });
export const replyBox = (page: Page): Locator => page.getByRole("textbox", { name: "Reply", exact: true });
export const thread = (page: Page): Locator => page.getByRole("log");

/** Opens a client's conversation and waits until one can write. */
export async function open(page: Page, client: Client): Promise<void> {
  await rowOf(page, client).click();
  await expect(page.getByRole("heading", { name: client.name })).toBeVisible();
}

/** Id of a client's conversation among all, or undefined. */
async function findConversation(page: Page, client: Client): Promise<string | undefined> {
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const response: APIResponse = await page.request.get(`/api/conversations?view=all${query}`);
    const found: { items: { id: string; name: string }[]; nextCursor: string | null } = await response.json();
    const row = found.items.find(({ name }) => name === client.name);
    if (row) return row.id;
    cursor = found.nextCursor;
  }
  return undefined;
}

/** Opens a conversation that lies too far down the list to be drawn, by its address. */
export async function openOld(page: Page, client: Client): Promise<void> {
  await expect.poll(() => findConversation(page, client)).toBeDefined();
  await page.goto(`/inbox/all/${await findConversation(page, client)}`);
  await expect(page.getByRole("heading", { name: client.name })).toBeVisible();
}

export async function reply(page: Page, text: string): Promise<void> {
  await replyBox(page).fill(text);
  await replyBox(page).press("Enter");
}
