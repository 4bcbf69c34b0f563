import type { Page } from "@playwright/test";
import { expect, open, openOld, replyBox, rowOf, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test("the whole reply on a phone, at 320 px without sideways scroll", async ({ deskOf }) => {
  const client = newClient("Agus");
  const desk = await deskOf("lawyer", PHONE);
  await clientWrites(
    client,
    "A long line without an end: https://example.org/a/very/long/address/that/does/not/break/anywhere/at/all?x=1234567890",
  );
  await expect(rowOf(desk, client)).toBeVisible();
  expect(await sideways(desk)).toBe(0);
  await rowOf(desk, client).tap();
  await expect(thread(desk)).toContainText("A long line");
  await expect(desk.getByRole("navigation", { name: "Views" })).toHaveCount(0);
  expect(await sideways(desk)).toBe(0);

  await replyBox(desk).fill("From the train");
  await desk.getByRole("button", { name: /^Send to/ }).tap();
  await expect(thread(desk)).toContainText("From the train");
  await desk.goBack();
  await expect(desk.getByRole("navigation", { name: "Views" })).toBeVisible();
  await expect(rowOf(desk, client)).toContainText("From the train");
  await open(desk, client);
  await desk.getByRole("link", { name: "Back to the list" }).tap();
  await expect(rowOf(desk, client)).toBeVisible();
  await expect.poll(async () => (await sentTo(client)).length, { timeout: 20_000 }).toBe(1);
});

test("the way to the latest message shows only when it is out of sight, and covers nothing", async ({ deskOf }) => {
  const client = newClient("Ketut");
  const desk = await deskOf("lawyer", PHONE);
  for (let n = 1; n <= 12; n++) await clientWrites(client, `Nr ${n}: ${"a long line that wraps ".repeat(n)}`, 20 - n);
  await expect(rowOf(desk, client)).toContainText("Nr 12: a long line");
  await rowOf(desk, client).tap();
  const jump = desk.getByRole("button", { name: /^Jump to latest/ });
  await jump.tap(); // it opens at the first unread message
  const newest = thread(desk).getByRole("article").last();
  await expect(newest).toContainText("Nr 12: a long line");
  await desk.waitForTimeout(1000);
  await expect(jump).toHaveCount(0);
  await expect(newest).toBeInViewport();

  await thread(desk).evaluate((log) => log.scrollBy(0, -2000));
  await expect(jump).toBeVisible();
  const [log, button] = [await thread(desk).boundingBox(), await jump.boundingBox()];
  expect(button?.y).toBeGreaterThanOrEqual((log?.y ?? 0) + (log?.height ?? 0));
  await jump.tap();
  await expect(newest).toContainText("Nr 12: a long line");
  await expect(jump).toHaveCount(0);
});

test("a closed window leaves room for the thread, a long text for its head, and help knows the finger", async ({ deskOf }) => {
  const [closed, writing] = [newClient("Nyoman"), newClient("Komang")];
  const desk = await deskOf("lawyer", PHONE);
  await clientWrites(closed, "Two days ago", 48 * 3600);
  await openOld(desk, closed);
  const roomFor = async () => (await thread(desk).boundingBox())?.height ?? 0;
  const picker = desk.getByRole("region", { name: "Choose a template" });
  await expect(picker).toHaveCount(0);
  expect(await roomFor()).toBeGreaterThan(640 / 2);
  await desk.getByRole("button", { name: "Choose a template" }).tap();
  await expect(picker.getByRole("listitem").first()).toBeVisible();
  await picker.getByRole("button", { name: "Hide the templates" }).tap();
  await expect(picker).toHaveCount(0);

  await clientWrites(writing, "Tell me everything");
  await openOld(desk, writing);
  await replyBox(desk).fill("word ".repeat(1000));
  await expect(desk.getByText("904 characters too many")).toBeInViewport();
  expect(await roomFor()).toBeGreaterThan(640 / 4);
  expect(await sideways(desk)).toBe(0);
  await replyBox(desk).fill("");

  await desk.goto("/inbox/all");
  await desk.getByRole("button", { name: "Help and keys" }).tap();
  await expect(desk.getByRole("dialog")).toContainText("These keys need a keyboard.");
});

test("before the page is awake its links lead on, and what cannot work yet is switched off", async ({ deskOf }) => {
  const client = newClient("Gusti");
  const desk = await deskOf("lawyer", { ...PHONE, javaScriptEnabled: false });
  await clientWrites(client, "Early");
  await expect(async () => {
    await desk.reload();
    await expect(rowOf(desk, client)).toBeVisible({ timeout: 500 });
  }).toPass();
  for (const button of await desk.getByRole("button").all()) await expect(button).toBeDisabled();
  await rowOf(desk, client).tap();
  await expect(desk).toHaveURL(/\/inbox\/all\/[0-9a-f-]{36}$/);
});
