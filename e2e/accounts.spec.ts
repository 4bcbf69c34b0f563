import { expect, open, rowOf, signIn, speakEnglish, test, thread } from "./desk";
import { begin, chooseExisting, control, openMeta, press, type Share, walk, writesTo } from "./meta";
import { otherFirm, sandboxUrl, webUrl } from "./seed";

test("a number of the phone app is connected: its past arrives in order, and what the phone sends stands in the thread", async ({
  deskOf,
}) => {
  const desk = await deskOf("admin");
  await begin(desk, /A number in the WhatsApp Business app/);
  const meta = await openMeta(desk);
  await walk(meta, {
    "Name of the new portfolio": "Kantor Ponsel",
    "Display name": "Kantor Ponsel",
    "Number in the WhatsApp Business app": "+1 555 710 2301",
    "Verification code": "123456",
  });
  await press(meta, "Confirm");
  await press(meta, "Finish");
  await expect(desk.getByText("Kantor Ponsel is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByRole("listitem").filter({ hasText: "Registration" })).toContainText("Not needed");
  await desk.getByRole("link", { name: "To the numbers" }).click();
  const line = desk.getByRole("listitem").filter({ hasText: "Kantor Ponsel" });
  await expect(line).toContainText("Also in the WhatsApp Business app");
  await expect(line).toContainText("100 %", { timeout: 30_000 });

  await writesTo("Kantor Ponsel", "6281230002301", "Yulia Ponsel", "Halo dari hari ini");
  await desk.goto("/inbox/all");
  const client = { name: "Yulia Ponsel", digits: "6281230002301" };
  await open(desk, client);
  const { numbers } = await (await fetch(`${sandboxUrl}/_control/accounts`)).json();
  const { id } = numbers.find((one: { name: string }) => one.name === "Kantor Ponsel");
  await control("echo", { phoneNumberId: id, to: client.digits, text: "Dijawab dari ponsel" });
  await expect(thread(desk).getByText("Dijawab dari ponsel")).toBeVisible();
});

test("what spoke before anybody connected it waits sealed, comes to who proves it, and a second claim learns nothing", async ({
  deskOf,
  browser,
  watch,
}) => {
  test.slow();
  const orphan = await control<Share>("signup", {
    flow: "lost",
    businessName: "Hilang Bersama",
    verifiedName: "Hilang Bersama",
    displayPhone: "+1 555 710 2401",
    partnerDelayMs: 0,
  });
  await subscribe(orphan);
  const desk = await deskOf("owner");
  const lost = { name: "Zaki Menunggu", digits: "6281230002401" };
  await writesTo("Hilang Bersama", lost.digits, lost.name, "Ada orang di sana?");
  await desk.waitForTimeout(4000);
  await desk.goto("/inbox/all");
  await expect(desk.getByRole("region", { name: "Conversations: All" })).toBeVisible();
  await expect(rowOf(desk, lost)).toHaveCount(0);

  await begin(desk, /A number of its own/);
  const meta = await openMeta(desk);
  await chooseExisting(meta, orphan);
  await expect(desk.getByText(/a second admin of your organisation has to agree/)).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByText("You cannot approve your own claim.")).toBeVisible();
  await expect(desk.getByRole("button", { name: "Approve" })).toHaveCount(0);
  const second = await deskOf("admin");
  await second.goto(desk.url());
  await second.getByRole("button", { name: "Approve" }).click();
  await expect(second.getByText("Hilang Bersama is connected.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByText("Hilang Bersama is connected.")).toBeVisible({ timeout: 20_000 });
  await desk.goto("/inbox/all");
  await expect(rowOf(desk, lost)).toContainText("Ada orang di sana?", { timeout: 20_000 });

  const context = await browser.newContext({ baseURL: webUrl, locale: "en-GB" });
  const stranger = await context.newPage();
  watch(stranger);
  await signIn(stranger, otherFirm.users.find((u) => u.role === "owner") ?? { email: "", password: "" });
  await speakEnglish(context);
  await begin(stranger, /A number of its own/);
  const again = await openMeta(stranger);
  await chooseExisting(again, orphan);
  await expect(stranger.getByText(/connected to another organisation/)).toBeVisible({ timeout: 20_000 });
  await expect(stranger.getByText("Santoso")).toHaveCount(0);
  await stranger.goto("/inbox/all");
  await expect(rowOf(stranger, lost)).toHaveCount(0);
  await context.close();
});

test("a number that is nobody's is proven by a code from its phone, agreed to by a second admin, and taken over with what was kept", async ({
  deskOf,
}) => {
  test.slow();
  const orphan = await control<Share>("signup", {
    flow: "lost",
    coexistence: true,
    businessName: "Ponsel Tersesat",
    verifiedName: "Ponsel Tersesat",
    displayPhone: "+1 555 710 2501",
    partnerDelayMs: 0,
  });
  await subscribe(orphan);
  const lost = { name: "Wati Menunggu", digits: "6281230002501" };
  for (const text of ["Yang pertama", "Yang kedua", "Yang ketiga"])
    await writesTo("Ponsel Tersesat", lost.digits, lost.name, text);

  const desk = await deskOf("owner");
  await desk.goto("/settings/numbers");
  await desk.getByRole("button", { name: "Get a code" }).click();
  const text = await desk.getByRole("textbox", { name: "Message to send" }).inputValue();
  expect(text).toMatch(/^I hand this WhatsApp number over .* (?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await expect(desk.getByText(/^Waiting for the code/)).toBeVisible();
  const second = await deskOf("admin");
  await second.goto("/settings/numbers");
  await expect(second.getByText("Shared with Parley, but not in this workspace?")).toBeVisible();
  await expect(second.getByText(/^Waiting for the code/)).toHaveCount(0);

  // a stranger writes it to the number: that proves nothing
  await writesTo("Ponsel Tersesat", "6281230002502", "Siapa Saja", text);
  await control("echo", { phoneNumberId: orphan.phoneNumberId, to: "6281230002503", text });
  await expect(desk.getByText("The code came from +1 555 710 2501.")).toBeVisible({ timeout: 20_000 });
  await expect(desk.getByText("You cannot approve your own claim.")).toBeVisible();
  await expect(desk.getByRole("button", { name: "Take it over" })).toHaveCount(0);
  await second.reload();
  await expect(second.getByText("The code came from +1 555 710 2501.")).toBeVisible();
  await second.getByRole("button", { name: "Approve" }).click();
  await expect(desk.getByText(/is proven to be yours/)).toBeVisible({ timeout: 20_000 });
  await desk.getByRole("button", { name: "Take it over" }).click();
  await expect(desk.getByText("Ponsel Tersesat is connected.")).toBeVisible({ timeout: 20_000 });

  await desk.goto("/inbox/all");
  await open(desk, lost);
  await expect(thread(desk).getByText("Yang ketiga")).toBeVisible({ timeout: 20_000 });
  await desk.goto("/settings/numbers");
  await expect(desk.getByText("An account of yours is waiting")).toHaveCount(0);
  await desk.goto("/inbox/all");
  await open(desk, lost);
  const said = await thread(desk)
    .getByText(/^Yang (pertama|kedua|ketiga)$/)
    .allTextContents();
  expect(said).toEqual(["Yang pertama", "Yang kedua", "Yang ketiga"]);
});

/** Some earlier life of the account had subscribed us to its messages. */
async function subscribe({ wabaId, phoneNumberId }: Share): Promise<void> {
  const { accessToken } = await control<{ accessToken: string }>("signup", {
    flow: "new",
    wabaId,
    phoneNumberId,
    partnerDelayMs: 0,
    withToken: true,
  });
  const answer = await fetch(`${sandboxUrl}/v26.0/${wabaId}/subscribed_apps`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect(answer.status).toBe(200);
}
