import { expect, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

const LANGUAGES = [
  { tag: "en-GB", lang: "en", signIn: "Sign in", inbox: "Inbox", views: ["Mine", "Unassigned", "All"], reply: "Reply" },
  {
    tag: "id-ID",
    lang: "id",
    signIn: "Masuk",
    inbox: "Kotak masuk",
    views: ["Saya", "Belum ditugaskan", "Semua"],
    reply: "Balasan",
  },
  {
    tag: "pt-BR",
    lang: "pt-BR",
    signIn: "Entrar",
    inbox: "Caixa de entrada",
    views: ["Minhas", "Sem responsável", "Todas"],
    reply: "Resposta",
  },
] as const;

for (const { tag, lang, signIn } of LANGUAGES) {
  test(`the door speaks ${lang}`, async ({ browser, watch }) => {
    const context = await browser.newContext({ locale: tag });
    const page = await context.newPage();
    watch(page);
    await page.goto("/sign-in");
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await expect(page.getByRole("heading", { name: signIn })).toBeVisible();
    await context.close();
  });
}

test("one answers in each language, and the choice is kept", async ({ deskOf }) => {
  const client = newClient("Sri");
  const desk = await deskOf("owner");
  await clientWrites(client, "Halo");
  let sent = 0;
  for (const { lang, inbox, views, reply } of [...LANGUAGES].reverse()) {
    await desk.getByRole("button", { name: /^(Account|Akun|Conta): / }).click();
    await desk.locator(`[role=menuitemradio][lang="${lang}"]`).click();
    await expect(desk.locator("html")).toHaveAttribute("lang", lang);
    await expect(desk.getByRole("heading", { name: inbox, level: 1 })).toBeVisible();
    for (const view of views) await expect(desk.getByRole("link", { name: view, exact: true })).toBeVisible();
    await desk.getByRole("link", { name: new RegExp(client.name) }).click();
    await desk.getByRole("textbox", { name: reply, exact: true }).fill(`answer in ${lang}`);
    await desk.getByRole("textbox", { name: reply, exact: true }).press("Enter");
    await expect(thread(desk)).toContainText(`answer in ${lang}`);
    sent += 1;
  }
  await expect.poll(async () => (await sentTo(client)).length, { timeout: 20_000 }).toBe(sent);
});
