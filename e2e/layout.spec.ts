import type { Locator, Page } from "@playwright/test";
import { expect, open, openOld, rowOf, speakEnglish, test, thread } from "./desk";
import { clientDoes, clientWrites, grouped, newClient } from "./sandbox";
import { webUrl } from "./seed";

const WIDTHS = [320, 768, 1024, 1440];

const boxOf = async (one: Locator) => {
  const box = await one.boundingBox();
  if (!box) throw new Error(`${one} is not drawn`);
  return { ...box, end: box.x + box.width };
};

async function speak(desk: Page, locale: string): Promise<void> {
  const headers = { "x-parley": "1", origin: new URL(webUrl).origin };
  await desk.request.put("/api/me/preferences", { data: { locale }, headers });
  await desk.reload();
}

test("the head of a thread has room for all it says, in every language and at every width", async ({ deskOf }) => {
  const client = newClient("Fernanda Albuquerque de Oliveira");
  const desk = await deskOf("owner");
  await clientWrites(client, "Bom dia");
  await open(desk, client);
  const head = desk.locator("#thread > header");
  for (const locale of ["pt-BR", "id", "en"]) {
    await speak(desk, locale);
    for (const width of WIDTHS) {
      await desk.setViewportSize({ width, height: 700 });
      const pill = head.getByText(/\d\d[:.]\d\d$/);
      const [assign, resolve] = [head.getByRole("button").first(), head.getByRole("button").last()];
      const [said, first, last] = [await boxOf(pill), await boxOf(assign), await boxOf(resolve)];
      const where = `${locale} at ${width}`;
      expect(said.end, where).toBeLessThanOrEqual(first.x);
      expect(first.end, where).toBeLessThanOrEqual(last.x);
      expect(last.end, where).toBeLessThanOrEqual(width);
      expect(await pill.evaluate((node) => node.scrollWidth - node.clientWidth), where).toBeLessThanOrEqual(0);
    }
  }
  await speakEnglish(desk.context());
});

test("the views are never cut, in any language and at any width", async ({ deskOf }) => {
  const desk = await deskOf("owner");
  for (const locale of ["pt-BR", "id", "en"]) {
    await speak(desk, locale);
    for (const width of WIDTHS) {
      await desk.setViewportSize({ width, height: 700 });
      const views = desk
        .getByRole("navigation")
        .filter({ has: desk.locator("a[href^='/inbox/mine']") })
        .getByRole("link");
      await expect(views).toHaveCount(3);
      for (const view of await views.all()) {
        const where = `${await view.textContent()} at ${width}`;
        const cut = await view.evaluate((link) => [link, ...link.children].some((node) => node.scrollWidth > node.clientWidth));
        expect(cut, where).toBe(false);
        expect((await boxOf(view)).end, where).toBeLessThanOrEqual(width);
      }
    }
  }
  await speakEnglish(desk.context());
});

test("a template's name is read whole on the narrowest screen", async ({ deskOf }) => {
  const client = newClient("Siti");
  const desk = await deskOf("lawyer", { viewport: { width: 320, height: 640 } });
  await clientWrites(client, "Two days ago", 48 * 3600);
  await openOld(desk, client);
  await desk.getByRole("button", { name: "Choose a template" }).click();
  const names = desk.getByRole("region", { name: "Choose a template" }).getByText("appointment reminder", { exact: true });
  await expect(names.first()).toBeVisible();
  for (const name of await names.all())
    expect(await name.evaluate((node) => node.scrollWidth - node.clientWidth)).toBeLessThanOrEqual(0);
});

test("a changed number is said alike in the list and the thread, and where a reply goes", async ({ deskOf }) => {
  const client = newClient("Yohanes");
  const desk = await deskOf("lawyer");
  const number = `62813${client.digits.slice(-8)}`;
  await clientWrites(client, "Hello", 60);
  await clientDoes(client, { type: "system", system: { type: "user_changed_number", body: "x", wa_id: number } });
  const words = `New WhatsApp number: ${grouped(number)}`;
  await expect(rowOf(desk, client)).toContainText(words);
  await open(desk, client);
  await expect(thread(desk)).toContainText(
    new RegExp(`${words.replace("+", "\\+")} · Replies go to \\+[\\d -]+ · \\d\\d:\\d\\d`),
  );
});

test("a notice covers no row of the list on a wide screen", async ({ deskOf }) => {
  const client = newClient("Bayu");
  const desk = await deskOf("lawyer", { viewport: { width: 1280, height: 720 } });
  await clientWrites(client, "Done already?");
  await open(desk, client);
  await desk.keyboard.press("e");
  const notice = desk.getByRole("listitem").filter({ hasText: "Undo" });
  const [said, row] = [await boxOf(notice), await boxOf(rowOf(desk, client))];
  expect(said.end).toBeLessThanOrEqual(row.x);
});
