import { expect, open, openOld, reply, replyBox, rowOf, test, thread } from "./desk";
import { clientWrites, newClient, oddClient, sentTo } from "./sandbox";

const HOUR = 3600;

test("a closed window offers templates, and one can be filled in and sent", async ({ deskOf }) => {
  const client = newClient("Mariana");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Long ago", 25 * HOUR);
  await openOld(desk, client);
  await expect(replyBox(desk)).toHaveCount(0);
  await expect(desk.getByText(/The 24-hour window closed on/)).toBeVisible();
  await expect(desk.getByRole("region", { name: "Choose a template" })).toContainText("Brazilian Portuguese");
  await expect(desk.getByRole("region", { name: "Choose a template" })).not.toContainText("{{");

  const templates = desk.getByRole("region", { name: "Choose a template" }).getByRole("button");
  await templates.filter({ hasText: "Field 1" }).first().click();
  const fields = desk.getByRole("textbox", { name: /^Field/ });
  await desk.getByRole("button", { name: /^Send template to/ }).click();
  await expect(desk.getByText(/^Please fill in/)).toBeVisible();
  await expect(fields.first()).toBeFocused();
  for (const field of await fields.all()) await field.fill("Thursday");
  await desk.getByRole("button", { name: /^Send template to/ }).click();

  await expect(thread(desk)).toContainText("Template");
  await expect(thread(desk)).toContainText("Thursday");
  await expect.poll(async () => (await sentTo(client)).map(({ type }) => type), { timeout: 20_000 }).toEqual(["template"]);
});

test("a template that is half filled in stays open when the window gets narrow, and wide again", async ({ deskOf }) => {
  const client = newClient("Wulan");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Long ago", 25 * HOUR);
  await openOld(desk, client);
  const templates = desk.getByRole("region", { name: "Choose a template" }).getByRole("button");
  await templates.filter({ hasText: "Field 1" }).first().click();
  const field = desk.getByRole("textbox", { name: /^Field/ }).first();
  await field.fill("Thursday");
  for (const width of [320, 1280]) {
    await desk.setViewportSize({ width, height: 700 });
    await expect(field).toBeVisible();
    await expect(field).toHaveValue("Thursday");
  }
});

test("a window that closes while one writes keeps the text", async ({ deskOf }) => {
  const client = newClient("Joana");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Almost a day ago", 24 * HOUR - 15);
  await openOld(desk, client);
  await expect(desk.getByText(/The window closes at/)).toBeVisible();
  await replyBox(desk).fill("A thought that must not be lost");
  await expect(desk.getByText(/The 24-hour window closed on/)).toBeVisible({ timeout: 25_000 });
  await expect(desk.getByRole("region", { name: "Your text is kept" })).toContainText("A thought that must not be lost");
  expect(await sentTo(client)).toEqual([]);
});

test("the window says on which day it closes", async ({ deskOf }) => {
  const [later, soon] = [newClient("Later"), newClient("Soon")];
  const desk = await deskOf("lawyer");
  await clientWrites(later, "Just now", 60);
  await clientWrites(soon, "This morning", 20.5 * HOUR);
  await expect(rowOf(desk, later)).toContainText(/24-hour window: until tomorrow \d\d:\d\d/);
  await open(desk, later);
  await expect(
    desk.getByRole("region", { name: "Conversation", exact: true }).getByText(/until tomorrow \d\d:\d\d/),
  ).toBeVisible();
  await openOld(desk, soon);
  await expect(desk.getByRole("region", { name: "Conversation", exact: true }).getByText(/3 h (29|30) min left/)).toBeVisible();
});

test("a free text that failed is not offered again once the window has closed over it", async ({ deskOf }) => {
  const client = oddClient("Late", "0026");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Almost a day ago", 24 * HOUR - 35);
  await openOld(desk, client);
  await reply(desk, "This will not arrive");
  const again = thread(desk).getByRole("button", { name: "Send once more" });
  await expect(again).toBeVisible({ timeout: 20_000 });
  await expect(again).toHaveCount(0, { timeout: 40_000 });
  await expect(thread(desk)).toContainText("The 24-hour window is closed, so this text cannot go again.");
  await expect(desk.getByRole("region", { name: "Choose a template" }).getByRole("listitem").first()).toBeVisible();
  await thread(desk).getByRole("button", { name: "Choose a template" }).click();
  await expect(desk.getByRole("searchbox", { name: "Filter templates" })).toBeFocused();
});
