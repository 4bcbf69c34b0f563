import { expect, open, replyBox, rowOf, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

test("a morning's triage without a mouse", async ({ deskOf }) => {
  const [first, second] = [newClient("Lucas"), newClient("Putri")];
  const desk = await deskOf("lawyer");
  await clientWrites(first, "First of the day", 5);
  await expect(rowOf(desk, first)).toBeVisible();
  await clientWrites(second, "Second of the day");
  await expect(rowOf(desk, second)).toBeVisible();

  await desk.keyboard.press("j");
  await expect(rowOf(desk, second)).toBeFocused();
  await desk.keyboard.press("j");
  await expect(rowOf(desk, first)).toBeFocused();
  await desk.keyboard.press("k");
  await desk.keyboard.press("Enter");
  await expect(thread(desk)).toContainText("Second of the day");

  await desk.keyboard.press("r");
  await expect(replyBox(desk)).toBeFocused();
  await desk.keyboard.type("One line");
  await desk.keyboard.press("Shift+Enter");
  await desk.keyboard.type("and another");
  await expect(replyBox(desk)).toHaveValue("One line\nand another");
  await desk.keyboard.press("Enter");
  await expect(thread(desk)).toContainText("and another");
  await expect(replyBox(desk)).toBeFocused();
  await expect(replyBox(desk)).toHaveValue("");

  await desk.keyboard.press("Escape");
  await desk.keyboard.press("i");
  await expect(desk.getByRole("button", { name: "Assign, now You" })).toBeVisible();
  await desk.keyboard.press("e");
  await expect(desk.getByRole("button", { name: "Reopen" })).toBeVisible();
  await desk.keyboard.press("z");
  await expect(desk.getByRole("button", { name: "Resolve" })).toBeVisible();

  await desk.keyboard.press("?");
  const help = desk.getByRole("dialog", { name: "Keys" });
  await expect(help).toContainText("Next conversation");
  await expect(help.getByRole("button", { name: "Close" })).toBeFocused();
  await desk.keyboard.press("Escape");
  await expect(help).toHaveCount(0);

  await desk.keyboard.press("/");
  await expect(desk.getByRole("searchbox", { name: "Search" })).toBeFocused();
  await desk.keyboard.type(first.name);
  const results = desk.getByRole("region", { name: "Search results" });
  await expect(results.getByRole("link", { name: new RegExp(first.name) }).first()).toBeVisible();
  await desk.keyboard.press("Escape");
  await expect(results).toHaveCount(0);
  await expect.poll(async () => (await sentTo(second)).length, { timeout: 20_000 }).toBe(1);
});

test("the assign menu opens by its key and is left by keys", async ({ deskOf }) => {
  const client = newClient("Anjali");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Who takes care of me?");
  await open(desk, client);
  await desk.keyboard.press("a");
  const menu = desk.getByRole("menu");
  await expect(menu.getByRole("menuitem", { name: "Assign to me" })).toBeFocused();
  await desk.keyboard.press("Enter");
  await expect(menu).toHaveCount(0);
  await expect(desk.getByRole("button", { name: "Assign, now You" })).toBeVisible();
  await desk.keyboard.press("a");
  await expect(menu).toBeVisible();
  await desk.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
});

test("Escape leaves the choice of templates, and the conversation stays", async ({ deskOf }) => {
  const client = newClient("Larasati");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Hello");
  await open(desk, client);
  await desk.getByRole("log").focus();
  await desk.keyboard.press("t");
  const picker = desk.getByRole("region", { name: "Choose a template" });
  await expect(picker).toBeFocused();
  await desk.keyboard.press("Escape");
  await expect(picker).toHaveCount(0);
  await expect(replyBox(desk)).toBeVisible();
  await expect(desk.getByRole("log")).toBeFocused();
});

test("a search begun while a conversation closes goes into the box and resolves nothing", async ({ deskOf }) => {
  const client = newClient("Serafina");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Where is my certificate?");
  await open(desk, client);
  await expect(desk.getByRole("button", { name: "Resolve" })).toBeVisible();
  const changes: string[] = [];
  desk.on("request", (request) => {
    if (request.method() !== "GET" && request.url().includes("/status")) changes.push(request.url());
  });
  for (let round = 0; round < 3; round++) {
    await desk.getByRole("log").focus();
    await desk.evaluate(() => {
      for (const key of ["Escape", "/"])
        document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    });
    await desk.keyboard.type("sertif");
    await expect(desk.getByRole("searchbox", { name: "Search" })).toHaveValue("sertif");
    await expect(desk).toHaveURL(/\/inbox\/all\?q=sertif$/);
    await expect(desk.getByRole("searchbox", { name: "Search" })).toBeFocused();
    await desk.keyboard.press("Escape");
    await expect(desk).toHaveURL(/\/inbox\/all$/);
    await open(desk, client);
  }
  await desk.keyboard.press("Escape");
  await expect(rowOf(desk, client)).toBeFocused();
  expect(changes).toEqual([]);
});

test("words, word beginnings and names are found", async ({ deskOf }) => {
  const client = newClient("Fernanda");
  const desk = await deskOf("lawyer");
  const word = `kwitansi${client.digits.slice(-6)}`;
  await clientWrites(client, `Mohon kirim ${word} hari ini`);
  await expect(rowOf(desk, client)).toBeVisible();
  const search = desk.getByRole("searchbox", { name: "Search" });
  const hit = desk.getByRole("region", { name: "Search results" }).getByRole("link", { name: new RegExp(client.name) });
  await expect(async () => {
    await search.fill("");
    await search.fill(word);
    await expect(hit.first()).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 20_000 });
  await hit.first().click();
  await expect(thread(desk)).toContainText(word);
});
