import type { Page } from "@playwright/test";
import { expect, test } from "./desk";
import { connect, control } from "./meta";

const group = (page: Page, name: RegExp) => page.getByRole("region", { name });

async function checkNow(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByRole("status").filter({ hasText: /^Checked\./ })).toBeAttached();
  await expect(page.getByRole("button", { name: "Check now" })).toBeEnabled();
}

test("an admin sees how a number stands, what goes wrong at Meta with its fix, and what changed", async ({ deskOf }) => {
  const desk = await deskOf("admin");
  const { wabaId } = await connect(desk, "Kantor Periksa", "+1 555 710 2211");
  await desk.goto("/settings/numbers");
  await desk.getByRole("link", { name: "How it stands: Kantor Periksa" }).click();
  await expect(desk.getByRole("heading", { name: "How this number stands", level: 1 })).toBeVisible();
  await checkNow(desk);
  await expect(group(desk, /^To be done/)).toHaveCount(0);
  await expect(group(desk, /^In order/)).toContainText("Meta's permission");
  await expect(group(desk, /^Not known/)).toContainText("Payment method");
  await expect(desk.getByText("Nothing has changed since the number was first looked at.")).toBeVisible();

  await control("account", { field: "restriction", wabaId, value: "RESTRICTED_BIZ_INITIATED_MESSAGING" });
  await checkNow(desk);
  const sending = group(desk, /^To be done \(1\)/).getByRole("listitem");
  await expect(sending).toContainText("Sending");
  await expect(sending).toContainText("Meta limits what may be sent.");
  await expect(sending).toContainText("Open WhatsApp Manager at Meta");
  await expect(sending).toContainText("an admin of your business at Meta");

  await control("tokens/revoke", { wabaId });
  await checkNow(desk);
  const token = group(desk, /^To be done \(1\)/).getByRole("listitem");
  await expect(token).toContainText("Meta no longer accepts the permission.");
  await expect(token).toContainText("Connect the number again; conversations stay.");
  await expect(group(desk, /^Not known/)).toContainText("Sending");

  const changes = desk.getByRole("list").last().getByRole("listitem");
  await expect(changes).toHaveCount(3);
  await expect(changes.first()).toContainText("In order → To be done");
  await expect(changes.first()).toContainText("Meta no longer accepts the permission.");
  await expect(changes.filter({ hasText: "Sending" })).toContainText("Found by a check");
  await expect(changes.filter({ hasText: "Meta has restricted the account" })).toContainText("Told by Meta");
  await desk.reload();
  await expect(group(desk, /^To be done \(1\)/)).toContainText("Meta's permission");

  const phone = await deskOf("admin", { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  await phone.goto(desk.url());
  await expect(group(phone, /^To be done/)).toBeVisible();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});

test("whoever may not connect numbers is refused, a number of nobody is not found, and no answer holds a token", async ({
  deskOf,
}) => {
  const desk = await deskOf("admin");
  await connect(desk, "Kantor Sunyi", "+1 555 710 2212");
  await desk.goto("/settings/numbers");
  await desk.getByRole("link", { name: "How it stands: Kantor Sunyi" }).click();
  await expect(desk.getByText("Not looked at yet")).toBeVisible();
  const lawyer = await deskOf("lawyer");
  const answer = await lawyer.request.get("/api/v1/whatsapp/check-connection");
  expect(answer.status()).toBe(403);
  const foreign = await desk.request.get(
    "/api/v1/whatsapp/check-connection?fresh=1&channelId=018f0000-0000-7000-8000-000000000000",
  );
  expect(foreign.status()).toBe(404);
  const own = await desk.request.get("/api/v1/whatsapp/check-connection");
  expect(JSON.stringify(await own.json())).not.toContain("EAA");
});
