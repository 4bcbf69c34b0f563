import pg from "pg";
import { expect, open, openOld, replyBox, test, thread } from "./desk";
import { chooseExisting, connect, openMeta, writesTo } from "./meta";
import { given, personOf, sandboxUrl } from "./seed";

/** As if the person had signed in eleven minutes ago. */
async function letPass(email: string): Promise<void> {
  const client = new pg.Client({ connectionString: given("DATABASE_OWNER_URL") });
  await client.connect();
  await client.query(
    "update sessions set authenticated_at = now() - interval '11 minutes' where user_id = (select id from users where email = $1)",
    [email],
  );
  await client.end();
}

test("an admin disconnects a number with the right password and a reason, and connects it again with its past", async ({
  deskOf,
  expected,
}) => {
  test.slow();
  expected.push(/422/); // the wrong password
  const name = "Kantor Pindah";
  const desk = await deskOf("admin");
  const { wabaId, phoneNumberId } = await connect(desk, name, "+1 555 710 2601");
  const client = { name: "Putri Setia", digits: "6281230002601" };
  await writesTo(name, client.digits, client.name, "Sebelum pindah");
  await desk.goto("/inbox/all");
  await open(desk, client);
  const address = desk.url();

  await letPass(personOf("admin").email);
  await desk.goto("/settings/numbers");
  await desk.getByRole("link", { name: `How it stands: ${name}` }).click();
  await desk.getByRole("link", { name: "Disconnect this number" }).click();
  await expect(desk.getByRole("heading", { name: "Disconnect this number?", level: 1 })).toBeVisible();
  const happens = desk.getByRole("region", { name: "What happens" });
  await expect(happens).toContainText("1 open conversation can still be read");
  await expect(happens).not.toContainText("to be sent");
  await expect(happens).toContainText("Meta is told to hand over nothing more of this account");
  const [reason, password] = [desk.getByLabel("Reason", { exact: true }), desk.getByLabel("Your password")];
  const submit = desk.getByRole("button", { name: "Disconnect", exact: true });
  await submit.click();
  await expect(reason).toBeFocused();
  await expect(desk.getByText("Say in a few words why.")).toBeVisible();
  await reason.fill("Pindah ke nomor kantor");
  await password.fill("not my password");
  await submit.click();
  await expect(desk.getByText("This is not your password. Nothing has been disconnected.")).toBeVisible();
  await expect(password).toBeFocused();
  await password.fill(personOf("admin").password);
  await submit.click();
  await expect(desk.getByText(/disconnected this number on/)).toBeVisible();
  await expect(desk.getByText("Reason: Pindah ke nomor kantor")).toBeVisible();
  await expect(desk.getByText("Connected → Disconnected")).toBeVisible();

  await desk.goto(address);
  await expect(desk.getByText("This number is no longer connected. Replies cannot be sent from it.")).toBeVisible();
  await expect(thread(desk).getByText("Sebelum pindah")).toBeVisible();
  await expect(replyBox(desk)).toHaveCount(0);
  await expect
    .poll(async () => {
      const { accounts } = await (await fetch(`${sandboxUrl}/_control/accounts`)).json();
      return accounts.find((one: { id: string }) => one.id === wabaId).subscribed;
    })
    .toBe(false);

  await desk.goto("/settings/numbers");
  const line = desk.getByRole("listitem").filter({ hasText: name });
  await expect(line).toContainText("Reason: Pindah ke nomor kantor");
  await line.getByRole("button", { name: `Connect again: ${name}` }).click();
  const meta = await openMeta(desk);
  const { accounts } = await (await fetch(`${sandboxUrl}/_control/accounts`)).json();
  const { businessId } = accounts.find((one: { id: string }) => one.id === wabaId);
  await chooseExisting(meta, { businessId, wabaId, phoneNumberId });
  await expect(desk.getByText(`${name} is connected.`)).toBeVisible({ timeout: 20_000 });
  await writesTo(name, client.digits, client.name, "Sesudah pindah");
  await desk.goto("/inbox/all");
  await openOld(desk, client);
  await expect(thread(desk).getByText("Sesudah pindah")).toBeVisible();
  await expect(thread(desk).getByText("Sebelum pindah")).toBeVisible();
  expect(desk.url()).toBe(address);
  await expect(replyBox(desk)).toBeVisible();

  const phone = await deskOf("admin", { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  await phone.goto("/settings/numbers");
  await phone.getByRole("link", { name: `How it stands: ${name}` }).click();
  await phone.getByRole("link", { name: "Disconnect this number" }).click();
  await expect(phone.getByRole("heading", { name: "Disconnect this number?" })).toBeVisible();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});
