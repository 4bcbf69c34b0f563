import { expect, openOld, replyBox, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

const HOUR = 3600;

test("a closed window offers templates, and one can be filled in and sent", async ({ deskOf }) => {
  const client = newClient("Mariana");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Long ago", 25 * HOUR);
  await openOld(desk, client);
  await expect(replyBox(desk)).toHaveCount(0);
  await expect(desk.getByText(/The 24-hour window closed on/)).toBeVisible();

  const templates = desk.getByRole("region", { name: "Choose a template" }).getByRole("button");
  await templates.filter({ hasText: "{{1}}" }).first().click();
  const fields = desk.getByRole("textbox", { name: /^Variable/ });
  await desk.getByRole("button", { name: /^Send template to/ }).click();
  await expect(desk.getByText(/^Please fill in/)).toBeVisible();
  await expect(fields.first()).toBeFocused();
  for (const field of await fields.all()) await field.fill("Thursday");
  await desk.getByRole("button", { name: /^Send template to/ }).click();

  await expect(thread(desk)).toContainText("Template");
  await expect(thread(desk)).toContainText("Thursday");
  await expect.poll(async () => (await sentTo(client)).map(({ type }) => type), { timeout: 20_000 }).toEqual(["template"]);
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
