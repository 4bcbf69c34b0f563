import { expect, rowOf, test } from "./desk";
import { control, writesTo } from "./meta";

interface Own {
  appId: string;
  appSecret: string;
  wabaId: string;
  phoneNumberId: string;
  accessToken: string;
}

test("with an own Meta app a number is connected by a form, and a message comes in through its own address", async ({
  deskOf,
  expected,
}) => {
  expected.push(/412/);
  const own = await control<Own>("own-app", { name: "Kantor Mandiri" });
  const desk = await deskOf("admin");
  await desk.goto("/settings/numbers");
  await desk.getByRole("button", { name: "Connect a number" }).first().click();
  await desk.getByRole("radio", { name: /With your own Meta app/ }).check();
  await desk.getByRole("button", { name: "Go on" }).click();
  await expect(desk.getByRole("heading", { name: "Connect with your own Meta app" })).toBeVisible();

  const field = (label: string) => desk.getByLabel(label, { exact: true });
  await field("App ID").fill("not a number");
  await field("App secret").fill(own.appSecret);
  await field("Access token").fill(own.accessToken);
  await field("WhatsApp Business Account ID").fill(own.wabaId);
  await field("Phone number ID").fill(own.phoneNumberId);
  await desk.getByRole("button", { name: "Check and connect" }).click();
  await expect(field("App ID")).toHaveAccessibleDescription(/Only digits/);
  await expect(field("App ID")).toBeFocused();
  await expect(field("App secret")).toHaveAttribute("type", "password");
  const fill = async (secret: string) => {
    await field("App ID").fill(own.appId);
    await field("App secret").fill(secret);
    await field("Access token").fill(own.accessToken);
    await field("WhatsApp Business Account ID").fill(own.wabaId);
    await field("Phone number ID").fill(own.phoneNumberId);
    await desk.getByRole("button", { name: "Check and connect" }).click();
  };
  // what was pasted wrong is pasted anew: the same again would not help
  await fill("0123456789abcdef0123456789abcdef");
  await expect(desk.getByText("Meta does not know the app by this id and secret.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await desk.getByRole("button", { name: "Start again" }).click();
  await expect(desk.getByRole("heading", { name: "Connect with your own Meta app" })).toBeVisible();
  await fill(own.appSecret);

  await expect(desk.getByText("Kantor Mandiri is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByRole("listitem").filter({ hasText: "Address for messages" })).toContainText("Done");
  await desk.getByRole("link", { name: "To the numbers" }).click();
  await expect(desk.getByRole("listitem").filter({ hasText: "Kantor Mandiri" })).toContainText("Own Meta app");
  const card = desk.locator("section", { hasText: `Own Meta app ${own.appId}` });
  await expect(card.getByLabel("Callback URL", { exact: true })).toHaveValue(/\/api\/webhooks\/whatsapp\/t\/[A-Za-z0-9_-]{43}$/);

  // an app that a number uses stays
  await card.getByRole("button", { name: "Remove this app" }).click();
  await expect(desk.getByRole("alertdialog", { name: `Remove Meta app ${own.appId}?` })).toBeVisible();
  await desk.getByRole("alertdialog").getByRole("button", { name: "Remove this app" }).click();
  await expect(
    desk.getByText("A number is connected with this app. Disconnect the number first, then remove the app."),
  ).toBeVisible();

  await writesTo("Kantor Mandiri", "6281230009901", "Ratih Sendiri", "Lewat aplikasi kami sendiri?");
  await desk.goto("/inbox/all");
  await expect(rowOf(desk, { name: "Ratih Sendiri", digits: "6281230009901" })).toContainText("Lewat aplikasi kami sendiri?");
});
