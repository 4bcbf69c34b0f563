import type { Page } from "@playwright/test";
import { expect, open, replyBox, rowOf, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test("the whole reply on a phone, at 320 px without sideways scroll", async ({ deskOf }) => {
  const client = newClient("Agus");
  const desk = await deskOf("lawyer", { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
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
