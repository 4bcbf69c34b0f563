import { expect, open, test } from "./desk";
import { clientWrites, clientWritesInGroup, newClient } from "./sandbox";

test("before one answers what was said in a group, the composer says whom the answer reaches", async ({ deskOf }) => {
  const client = newClient("Dewa");
  const desk = await deskOf("lawyer");
  const guard = desk.getByText(`Your reply goes to ${client.name} alone, not to the group.`);
  await clientWrites(client, "Hello, only to you", 5);
  await open(desk, client);
  await expect(desk.getByRole("log")).toContainText("only to you");
  await expect(guard).toHaveCount(0);
  await clientWritesInGroup(client, "Who has the key?");
  await expect(guard).toBeVisible();
  await clientWrites(client, "Never mind");
  await expect(desk.getByRole("log")).toContainText("Never mind");
  await expect(guard).toHaveCount(0);
});
