import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, openOld, test } from "./desk";
import { clientWrites, newClient } from "./sandbox";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe finds once the page is awake: until then its buttons are switched off and pale, which WCAG 1.4.3 exempts and axe does not
 * see in a child. The dark theme changes colours only, so there only they are asked about. `region` says nothing about an open menu: it
 * stands at the end of the page by design, with focus in it.
 */
async function faults(page: Page, { colours, menu = false }: { colours: boolean; menu?: boolean }): Promise<string[]> {
  await expect(page.getByRole("button", { name: /^Account: /, disabled: true })).toHaveCount(0);
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
  const axe = new AxeBuilder({ page });
  const { violations } = await (colours
    ? axe.withRules(["color-contrast"])
    : axe.withTags(TAGS).disableRules(menu ? ["region"] : [])
  ).analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`,
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any page or open overlay, ${colorScheme}`, async ({ deskOf, browser, watch }) => {
    test.slow();
    const colours = colorScheme === "dark";
    const [writing, closed] = [newClient("Joko"), newClient("Rita")];
    const context = await browser.newContext({ colorScheme, locale: "en-GB" });
    const door = await context.newPage();
    watch(door);
    await door.goto("/sign-in");
    expect(await faults(door, { colours })).toEqual([]);
    await door.getByRole("button", { name: "Sign in" }).click();
    await expect(door.getByText("Enter your e-mail.")).toBeVisible();
    expect(await faults(door, { colours })).toEqual([]);
    await context.close();

    const desk = await deskOf("owner", { colorScheme, reducedMotion: "reduce" });
    await clientWrites(writing, "*Bold* and https://example.org");
    await clientWrites(closed, "Yesterday", 25 * 3600);
    expect(await faults(desk, { colours })).toEqual([]);

    await open(desk, writing);
    await desk.getByRole("textbox", { name: "Reply" }).fill("An answer");
    await desk.getByRole("textbox", { name: "Reply" }).press("Enter");
    await expect(desk.getByRole("log").getByRole("button", { name: "Undo" })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);

    for (const name of [/^Assign/, /^Account: /, /^Organisation: /]) {
      await desk.getByRole("button", { name }).click();
      await expect(desk.getByRole("menu")).toBeVisible();
      expect(await faults(desk, { colours, menu: true })).toEqual([]);
      await desk.keyboard.press("Escape");
      await expect(desk.getByRole("menu")).toHaveCount(0);
    }
    await desk.getByRole("button", { name: "Help and keys" }).click();
    await expect(desk.getByRole("dialog")).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.keyboard.press("Escape");

    await desk.getByRole("button", { name: "Choose a template" }).click();
    await expect(desk.getByRole("region", { name: "Choose a template" }).getByRole("listitem").first()).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);

    await openOld(desk, closed);
    await desk.getByRole("region", { name: "Choose a template" }).getByRole("listitem").getByRole("button").first().click();
    expect(await faults(desk, { colours })).toEqual([]);

    await desk.getByRole("button", { name: "Resolve" }).click();
    await expect(desk.getByRole("button", { name: "Reopen" })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);

    await desk.getByRole("searchbox", { name: "Search" }).fill("zzzz");
    await expect(desk.getByText("Nothing found")).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);

    await desk.getByRole("button", { name: "Bind to a matter" }).click();
    await expect(desk.getByRole("dialog").getByRole("radio").first()).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("dialog").getByRole("button", { name: "New matter" }).click();
    await expect(desk.getByLabel("Title")).toBeFocused();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.goto("/matters");
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("link", { name: /Brandt/ }).click();
    await expect(desk.getByRole("list", { name: "Timeline" })).toBeVisible();
    await expect(desk.getByRole("combobox", { name: /^Access of/ }).first()).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.goto("/settings/webhook");
    await expect(desk.getByRole("heading", { name: "Webhook", level: 1 })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);

    await desk.goto("/settings/numbers");
    await expect(desk.getByRole("heading", { name: "Numbers", level: 1 })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk
      .getByRole("link", { name: /^How it stands/ })
      .first()
      .click();
    await expect(desk.getByRole("heading", { name: "How this number stands", level: 1 })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("button", { name: "Check now" }).click();
    await expect(desk.getByRole("region", { name: /^In order/ })).toBeVisible();
    await expect(desk.getByRole("button", { name: "Check now" })).toBeEnabled();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("link", { name: "Disconnect this number" }).click();
    await expect(desk.getByRole("heading", { name: "Disconnect this number?" })).toBeVisible();
    await desk.getByRole("button", { name: "Disconnect", exact: true }).click();
    await expect(desk.getByText("Say in a few words why.")).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("link", { name: "Back to the number" }).click();
    await desk.getByRole("link", { name: "All numbers" }).click();
    await desk.getByRole("button", { name: "Connect a number" }).first().click();
    await expect(desk.getByRole("dialog", { name: "Which number?" })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("button", { name: "Go on" }).click();
    await expect(desk.getByRole("button", { name: "Connect with Meta" })).toBeEnabled();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("button", { name: "Make a link" }).click();
    const link = await desk.getByLabel("Link", { exact: true }).inputValue();
    expect(await faults(desk, { colours })).toEqual([]);
    const outside = await browser.newContext({ colorScheme, locale: "en-GB", reducedMotion: "reduce" });
    const guest = await outside.newPage();
    watch(guest);
    await guest.goto(link);
    await expect(guest.getByRole("button", { name: "Connect with Meta" })).toBeEnabled();
    expect(await faults(guest, { colours })).toEqual([]);
    await outside.clearCookies();
    await guest.reload();
    await expect(guest.getByRole("heading", { name: "This link is over" })).toBeVisible();
    expect(await faults(guest, { colours })).toEqual([]);
    await outside.close();
    await desk.getByRole("button", { name: "Give up" }).click();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.getByRole("alertdialog").getByRole("button", { name: "Give up" }).click();
    await expect(desk.getByRole("heading", { name: "Numbers", level: 1 })).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
    await desk.goto("/settings/numbers/manual");
    await desk.getByRole("button", { name: "Check and connect" }).click();
    await expect(desk.getByText("Only digits, at least five. Copy it whole.").first()).toBeVisible();
    expect(await faults(desk, { colours })).toEqual([]);
  });
}
