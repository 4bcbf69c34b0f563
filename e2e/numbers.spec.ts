import { expect, rowOf, test } from "./desk";
import { begin, openMeta, press, walk, writesTo } from "./meta";
import { webUrl } from "./seed";

test("an admin connects a new number, and a client's message to it stands in the inbox", async ({ deskOf }) => {
  const desk = await deskOf("admin");
  await begin(desk, /A number of its own/);
  const meta = await openMeta(desk);
  await walk(meta, {
    "Name of the new portfolio": "Kantor Baru",
    "Display name": "Kantor Baru Dua",
    "New number": "+1 555 710 2201",
    "Verification code": "123456",
  });
  await press(meta, "Confirm");
  await press(meta, "Finish");
  await expect(desk.getByText("Kantor Baru Dua is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByRole("listitem").filter({ hasText: "Registration" })).toContainText("Done");
  await desk.getByRole("link", { name: "To the numbers" }).click();
  await expect(desk.getByRole("listitem").filter({ hasText: "Kantor Baru Dua" })).toContainText("Connected");

  await writesTo("Kantor Baru Dua", "6281230002201", "Wahyu Nomor", "Apakah nomor ini benar?");
  await desk.goto("/inbox/all");
  await expect(rowOf(desk, { name: "Wahyu Nomor", digits: "6281230002201" })).toContainText("Apakah nomor ini benar?");
});

test("who stops in Meta's window is told where, and goes on on another device", async ({ deskOf }) => {
  const desk = await deskOf("owner");
  await begin(desk, /A number of its own/);
  const meta = await openMeta(desk);
  await press(meta, "Continue");
  await press(meta, "Cancel on this step");
  await expect(desk.getByText("Meta's window was left at: choosing account and number.")).toBeVisible();

  const other = await deskOf("admin", { viewport: { width: 390, height: 780 } });
  await other.goto("/settings/numbers");
  await other.getByRole("link", { name: "Go on" }).first().click();
  await expect(other.getByText("Meta's window was left at: choosing account and number.")).toBeVisible();
  const again = await openMeta(other);
  await walk(again, {
    "Name of the new portfolio": "Lanjut",
    "Display name": "Lanjut Bersama",
    "New number": "+1 555 710 2202",
    "Verification code": "123456",
  });
  await press(again, "Confirm");
  await press(again, "Close this window"); // counts as success
  await expect(other.getByText("Lanjut Bersama is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByText("Lanjut Bersama is connected.")).toBeVisible({ timeout: 20_000 });
});

test("a client without an account finishes a journey by its link, and the link is good for nothing else", async ({
  deskOf,
  browser,
  watch,
  expected,
}) => {
  const desk = await deskOf("admin");
  await begin(desk, /A number of its own/);
  await desk.getByRole("button", { name: "Make a link" }).click();
  const link = await desk.getByLabel("Link", { exact: true }).inputValue();
  const context = await browser.newContext({ baseURL: webUrl, locale: "en-GB", viewport: { width: 390, height: 780 } });
  const client = await context.newPage();
  watch(client);
  await client.goto(link);
  await expect(client.getByRole("heading", { name: /Santoso & Partners asks you to connect/ })).toBeVisible();
  expect(new URL(client.url()).hash).toBe("");
  const meta = await openMeta(client);
  await walk(meta, {
    "Name of the new portfolio": "Klien Tautan",
    "Display name": "Klien Tautan",
    "New number": "+1 555 710 2211",
    "Verification code": "123456",
  });
  await press(meta, "Confirm");
  await press(meta, "Finish");
  await expect(client.getByText("Klien Tautan is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByText("Klien Tautan is connected.")).toBeVisible({ timeout: 20_000 });
  await client.goto("/inbox");
  await expect(client).toHaveURL(/sign-in/);

  await begin(desk, /A number of its own/);
  await desk.getByRole("button", { name: "Make a link" }).click();
  const ended = await desk.getByLabel("Link", { exact: true }).inputValue();
  await desk.getByRole("button", { name: "End the link" }).click();
  await expect(desk.getByRole("button", { name: "Make a link" })).toBeVisible();
  expected.push(/404/);
  await client.goto(ended);
  await expect(client.getByRole("heading", { name: "This link is over" })).toBeVisible();
  await context.close();
});

test("a permission that comes too late is explained, and one more press mends it", async ({ deskOf }) => {
  const desk = await deskOf("admin");
  await begin(desk, /A number of its own/);
  const fields = { "Display name": "Terlambat", "New number": "+1 555 710 2203", "Verification code": "123456" };
  const meta = await openMeta(desk);
  await walk(meta, fields);
  await press(meta, "Finish with an expired code");
  await press(meta, "Finish");
  await expect(desk.getByText(/valid for 30 seconds and came too late/)).toBeVisible({ timeout: 15_000 });
  const again = await openMeta(desk);
  await walk(again, { ...fields, "Display name": "Tepat Waktu", "New number": "+1 555 710 2204" });
  await press(again, "Confirm");
  await press(again, "Finish");
  await expect(desk.getByText("Tepat Waktu is connected.")).toBeVisible({ timeout: 20_000 });
});

test("a page elsewhere that speaks like Meta is not heard", async ({ deskOf }) => {
  const desk = await deskOf("admin");
  await begin(desk, /A number of its own/);
  await expect(desk.getByRole("button", { name: "Connect with Meta" })).toBeEnabled();
  await desk.evaluate(() =>
    window.postMessage(
      JSON.stringify({ type: "WA_EMBEDDED_SIGNUP", event: "CANCEL", data: { error_message: "forged", error_code: "1" } }),
      "*",
    ),
  );
  const meta = await openMeta(desk);
  await meta.close();
  await expect(desk.getByText("Meta's window was closed before the end.")).toBeVisible();
  await expect(desk.getByText("forged")).toHaveCount(0);
});
