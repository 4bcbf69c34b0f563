import { expect, test } from "./desk";

test("an owner reads the webhook's address and tests the handshake", async ({ deskOf }) => {
  const desk = await deskOf("owner", { permissions: ["clipboard-read", "clipboard-write"] });
  await desk.getByRole("link", { name: "Webhook settings" }).click();
  const url = desk.getByRole("textbox", { name: "Callback URL" });
  await expect(url).toHaveValue(/\/api\/webhooks\/whatsapp$/);
  await expect(desk.getByText(/This address is not public/)).toBeVisible(); // the sandbox's is plain http on this machine
  await expect(desk.getByRole("textbox", { name: "Verify token" })).not.toHaveValue("");
  await desk.getByRole("button", { name: "Copy" }).first().click();
  expect(await desk.evaluate(() => navigator.clipboard.readText())).toBe(await url.inputValue());
  await desk.getByRole("button", { name: "Test the handshake" }).click();
  await expect(desk.getByText("The handshake works.")).toBeVisible();
});

test("who has no right to the settings sees no way there, and nothing there", async ({ deskOf, expected }) => {
  expected.push(/404/);
  const desk = await deskOf("agent");
  await expect(desk.getByRole("link", { name: "Inbox" })).toBeVisible();
  await expect(desk.getByRole("link", { name: "Webhook settings" })).toHaveCount(0);
  await desk.goto("/settings/webhook");
  await expect(desk.getByRole("heading", { name: "This page does not exist" })).toBeVisible();
});
