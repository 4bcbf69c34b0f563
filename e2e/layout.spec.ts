import type { Locator } from "@playwright/test";
import { expect, open, speakEnglish, test } from "./desk";
import { clientWrites, newClient } from "./sandbox";
import { webUrl } from "./seed";

const WIDTHS = [320, 768, 1024, 1440];

const boxOf = async (one: Locator) => {
  const box = await one.boundingBox();
  if (!box) throw new Error(`${one} is not drawn`);
  return { ...box, end: box.x + box.width };
};

test("the head of a thread has room for all it says, in every language and at every width", async ({ deskOf }) => {
  const client = newClient("Fernanda Albuquerque de Oliveira");
  const desk = await deskOf("owner");
  await clientWrites(client, "Bom dia");
  await open(desk, client);
  const head = desk.locator("#thread > header");
  for (const locale of ["pt-BR", "id", "en"]) {
    const headers = { "x-parley": "1", origin: new URL(webUrl).origin };
    await desk.request.put("/api/me/preferences", { data: { locale }, headers });
    await desk.reload();
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
