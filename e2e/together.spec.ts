import { expect, open, rowOf, signIn, speakEnglish, test } from "./desk";
import { clientWrites, newClient } from "./sandbox";
import { personOf } from "./seed";

test("what one colleague assigns, the other sees at once", async ({ deskOf }) => {
  const client = newClient("Rafael");
  const [mine, theirs] = [await deskOf("lawyer"), await deskOf("agent")];
  await clientWrites(client, "Who takes care of me?");
  await open(mine, client);
  await expect(rowOf(theirs, client)).toContainText("Unassigned");
  await theirs.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(rowOf(theirs, client)).toHaveCount(0);

  await theirs.getByRole("button", { name: /^Account: / }).click();
  const name = (await theirs.getByRole("menu").locator("bdi").first().textContent()) ?? "";
  await theirs.keyboard.press("Escape");

  await mine.getByRole("button", { name: "Assign", exact: true }).click();
  await mine.getByRole("menuitemradio", { name }).click();
  await expect(rowOf(theirs, client)).toBeVisible();
  await expect(mine.getByRole("button", { name: `Assign, now ${name}` })).toBeVisible();

  await mine.getByRole("button", { name: `Assign, now ${name}` }).click();
  await mine.getByRole("menuitem", { name: "Assign to me" }).click();
  await expect(rowOf(theirs, client)).toHaveCount(0);
  await mine.getByRole("button", { name: "Resolve" }).click();
  await expect(mine.getByRole("button", { name: "Reopen" })).toBeVisible();
});

test("taking a colleague's conversation says from whom, and the key gives it back", async ({ deskOf }) => {
  const client = newClient("Beatriz");
  const [mine, theirs] = [await deskOf("lawyer"), await deskOf("agent")];
  await clientWrites(client, "Whose am I?");
  await open(theirs, client);
  await theirs.getByRole("button", { name: /^Account: / }).click();
  const name = (await theirs.getByRole("menu").locator("bdi").first().textContent()) ?? "";
  await theirs.keyboard.press("Escape");
  await theirs.keyboard.press("i");
  await expect(theirs.getByText("Assigned to you", { exact: true })).toBeVisible();

  await open(mine, client);
  await expect(mine.getByRole("button", { name: `Assign, now ${name}` })).toBeVisible();
  await mine.keyboard.press("i");
  const notice = mine.getByRole("listitem").filter({ hasText: `Taken from ${name}` });
  await expect(notice.getByRole("button", { name: "Undo" })).toBeVisible();
  await expect(theirs.getByRole("button", { name: /^Assign, now / })).not.toHaveAccessibleName("Assign, now You");
  await mine.keyboard.press("z");
  await expect(notice).toHaveCount(0);
  await expect(theirs.getByRole("button", { name: "Assign, now You" })).toBeVisible();

  await mine.getByRole("button", { name: `Assign, now ${name}` }).click();
  await mine.getByRole("menuitemradio", { name: "Nobody" }).click();
  await expect(theirs.getByRole("button", { name: "Assign", exact: true })).toBeVisible();
  await mine.getByRole("listitem").filter({ hasText: "Assigned to nobody" }).getByRole("button", { name: "Undo" }).click();
  await expect(theirs.getByRole("button", { name: "Assign, now You" })).toBeVisible();
});

test("signing out ends every open page of the session, and none asks again in vain", async ({ browser, watch }) => {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Asia/Jakarta" });
  const [one, other] = [await context.newPage(), await context.newPage()];
  watch(one);
  watch(other);
  await signIn(one, personOf("manager"));
  await speakEnglish(context);
  await one.reload();
  await other.goto("/inbox");
  await expect(other.getByRole("navigation", { name: "Views" })).toBeVisible();
  await one.getByRole("button", { name: /^Account: / }).click();
  await one.getByRole("menuitem", { name: "Sign out" }).click();
  await one.waitForURL("**/sign-in");
  await expect(other.getByRole("alertdialog", { name: "Your session has ended" })).toBeVisible({ timeout: 12_000 });
  await one.goto("/inbox");
  await expect(one).toHaveURL(/\/sign-in$/);
  await context.close();
});
