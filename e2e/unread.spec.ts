import { expect, open, rowOf, test, thread } from "./desk";
import { type Client, clientWrites, newClient } from "./sandbox";

const jump = /^Jump to latest/;

/** Each not before the one before it, by the provider's clock; the last of them `ago` seconds ago. */
async function writeMany(client: Client, from: number, to: number, ago = 0): Promise<void> {
  for (let n = from; n <= to; n++) await clientWrites(client, `Nr ${n}.`, ago + Math.ceil((to - n) / 10));
}

test("a conversation opens at the first unread message, and says how many stand below", async ({ deskOf }) => {
  const client = newClient("Many");
  const desk = await deskOf("lawyer");
  await writeMany(client, 1, 60);
  await expect(rowOf(desk, client)).toContainText("Nr 60.");
  await open(desk, client);
  const line = thread(desk).getByText("Unread", { exact: true });
  await expect(line).toBeInViewport();
  await expect(thread(desk).getByText("Nr 1.", { exact: true })).toBeInViewport();
  const button = desk.getByRole("button", { name: jump });
  await expect(button).toHaveText(/\((4|5)\d\)$/);
  await desk.waitForTimeout(1000);
  await expect(line).toBeInViewport();
  await expect(rowOf(desk, client)).not.toContainText("unread message");

  await thread(desk).evaluate((log) => log.scrollBy(0, 1000));
  await expect(button).toHaveText(/\((1|2|3)\d\)$/);
  await clientWrites(client, "Nr 61.");
  await expect(rowOf(desk, client)).toContainText("Nr 61.");
  await expect(button).toBeVisible();
  await button.click();
  await expect(thread(desk).getByText("Nr 61.", { exact: true })).toBeInViewport();
  await expect(button).toHaveCount(0);
});

test("what is unread and fits is shown with the end, also on the second visit", async ({ deskOf }) => {
  const [client, other] = [newClient("Few"), newClient("Other")];
  const desk = await deskOf("lawyer");
  await writeMany(client, 1, 3, 60);
  await clientWrites(other, "Hello");
  await open(desk, client);
  await expect(thread(desk).getByText("Nr 3.", { exact: true })).toBeInViewport();
  await expect(desk.getByRole("button", { name: jump })).toHaveCount(0);
  await open(desk, other);
  await writeMany(client, 4, 40);
  await expect(rowOf(desk, client)).toContainText("Nr 40.");
  await rowOf(desk, client).focus();
  await desk.keyboard.press("Enter");
  await expect(thread(desk).getByText("Nr 4.", { exact: true })).toBeInViewport();
  await expect(thread(desk).getByText("Unread", { exact: true })).toBeInViewport();
});
