import { expect, open, reply, test, thread } from "./desk";
import { breakNextSend, clientWrites, newClient, oddClient, sentTo } from "./sandbox";

test("a message that could not be delivered says why, in a sentence", async ({ deskOf }) => {
  const client = oddClient("Gone", "0026");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Write to me");
  await open(desk, client);
  await reply(desk, "This will not arrive");
  await expect(thread(desk)).toContainText("WhatsApp could not deliver it.", { timeout: 20_000 });
  await expect(thread(desk)).toContainText("(code 131026)");
  await expect(thread(desk)).toContainText("Not sent");
});

test("an answer that never came is said, and never sent again by itself", async ({ deskOf }) => {
  const client = oddClient("Silent", "0500");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Write to me");
  await open(desk, client);
  await reply(desk, "Did this leave?");
  await expect(thread(desk)).toContainText(/Unclear|Sent|Delivered|Read/, { timeout: 20_000 });
  await expect(thread(desk)).toContainText(/Sent|Delivered|Read/, { timeout: 20_000 }); // the tag in its receipt settles it
  expect(await sentTo(client)).toHaveLength(1);
});

test("where nobody can tell whether it left, a person decides, and their word sends it once", async ({ deskOf }) => {
  const client = newClient("Uncertain");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Write to me");
  await open(desk, client);
  await breakNextSend(client);
  await reply(desk, "Perhaps it left");
  await expect(thread(desk)).toContainText("Needs your decision", { timeout: 40_000 });
  expect(await sentTo(client)).toHaveLength(0);
  const again = thread(desk).getByRole("button", { name: "Send once more" });
  await again.focus();
  await desk.keyboard.press("Enter");
  await expect(again).toHaveCount(0);
  await expect(thread(desk).getByText("Sent once more, as a new message below.")).toHaveCount(1);
  await expect(thread(desk).getByRole("article").last()).toBeFocused();
  await desk.reload();
  await expect(thread(desk)).toContainText("Sent once more, as a new message below.");
  await expect(again).toHaveCount(0);
  await expect(thread(desk)).toContainText(/Sent|Delivered|Read/, { timeout: 20_000 });
  expect((await sentTo(client)).map((one) => one.text)).toEqual(["Perhaps it left"]);
});
