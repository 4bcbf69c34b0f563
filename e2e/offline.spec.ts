import { expect, open, reply, rowOf, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

test("a lost connection is said, nothing is lost or doubled, and the page catches up", async ({ deskOf, expected }) => {
  expected.push(/ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK_CHANGED/);
  const [client, other] = [newClient("Bayu"), newClient("Citra")];
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Are you there?");
  await open(desk, client);

  await desk.context().setOffline(true);
  await reply(desk, "Written in the tunnel");
  await expect(thread(desk)).toContainText("Waits for connection");
  await expect(desk.getByText("Reconnecting. You may be missing new messages.")).toBeVisible({ timeout: 12_000 });
  await clientWrites(other, "Meanwhile");

  await desk.context().setOffline(false);
  await expect(rowOf(desk, other)).toContainText("Meanwhile", { timeout: 20_000 });
  await expect(desk.getByText("Reconnecting. You may be missing new messages.")).toHaveCount(0);
  await expect(thread(desk).getByText("Written in the tunnel")).toHaveCount(1);
  await expect.poll(async () => (await sentTo(client)).length, { timeout: 20_000 }).toBe(1);
  await expect(thread(desk)).toContainText(/Delivered|Read/, { timeout: 15_000 });
});
