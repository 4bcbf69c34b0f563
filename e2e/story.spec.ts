import { expect, open, reply, rowOf, test, thread } from "./desk";
import { clientWrites, clientWritesInGroup, newClient, openPhone, sentTo, writeOnPhone } from "./sandbox";

test("a client writes, the firm answers, both sides see the ticks", async ({ deskOf, context }) => {
  const client = newClient("Ana");
  const desk = await deskOf("lawyer");
  const phone = await openPhone(context, client);

  await writeOnPhone(phone, "Is my hearing still on Thursday?");
  await expect(rowOf(desk, client)).toContainText("Is my hearing still on Thursday?");
  await expect(rowOf(desk, client)).toContainText("1 unread message");

  await open(desk, client);
  await expect(thread(desk)).toContainText("Is my hearing still on Thursday?");
  await reply(desk, "Yes, *Thursday* at 10:00.");
  await expect(thread(desk).getByText("Thursday", { exact: true })).toBeVisible();

  await expect(phone.getByRole("log")).toContainText("at 10:00.", { timeout: 20_000 });
  await expect(thread(desk)).toContainText(/Read \d\d:\d\d/, { timeout: 20_000 });
  await expect(rowOf(desk, client)).not.toContainText("unread");
  expect(await sentTo(client)).toHaveLength(1);

  await writeOnPhone(phone, "Thank you");
  await expect(thread(desk)).toContainText("Thank you");
  await expect(desk.locator("[aria-live=polite]").filter({ hasText: "Thank you" })).toHaveCount(1);
});

test("what came with the page survives a reload at the same address", async ({ deskOf, context }) => {
  const client = newClient("Wayan");
  const desk = await deskOf("lawyer");
  await writeOnPhone(await openPhone(context, client), "Selamat pagi");
  await open(desk, client);
  await desk.getByRole("textbox", { name: "Reply" }).fill("half a thought");
  await expect(rowOf(desk, client)).toContainText("Draft");
  await desk.reload();
  await expect(desk.getByRole("heading", { name: client.name })).toBeVisible();
  await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveValue("half a thought");
});

test("a draft emptied just before the page goes away leaves no mark", async ({ deskOf }) => {
  const client = newClient("Made");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Selamat siang");
  await open(desk, client);
  await desk.getByRole("textbox", { name: "Reply" }).fill("not this after all");
  await expect(rowOf(desk, client)).toContainText("Draft");
  await desk.getByRole("textbox", { name: "Reply" }).fill("");
  await desk.goto("about:blank");
  await desk.goto("/inbox/all");
  await expect(rowOf(desk, client)).toContainText("Selamat siang");
  await expect(rowOf(desk, client)).not.toContainText("Draft");
});

test("the inbox opens on All until one chooses, and then on the choice", async ({ deskOf }) => {
  const desk = await deskOf("admin");
  const views = desk.getByRole("navigation", { name: "Views" });
  await desk.goto("/inbox");
  await expect(views.getByRole("link", { name: "All", exact: true })).toHaveAttribute("aria-current", "page");
  await views.getByRole("link", { name: "Unassigned", exact: true }).click();
  await expect(desk).toHaveURL(/\/inbox\/unassigned$/);
  await desk.goto("/inbox");
  await expect(views.getByRole("link", { name: "Unassigned", exact: true })).toHaveAttribute("aria-current", "page");
});

test("before one answers what was said in a group, the composer says whom the answer reaches", async ({ deskOf }) => {
  const client = newClient("Dewa");
  const desk = await deskOf("lawyer");
  const guard = desk.getByText(`Your reply goes to ${client.name} alone, not to the group.`);
  await clientWrites(client, "Hello, only to you", 5);
  await open(desk, client);
  await expect(thread(desk)).toContainText("only to you");
  await expect(guard).toHaveCount(0);
  await clientWritesInGroup(client, "Who has the key?");
  await expect(guard).toBeVisible();
  await clientWrites(client, "Never mind");
  await expect(thread(desk)).toContainText("Never mind");
  await expect(guard).toHaveCount(0);
});
