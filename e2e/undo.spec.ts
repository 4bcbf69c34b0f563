import { expect, open, reply, replyBox, test, thread } from "./desk";
import { clientWrites, newClient, sentTo } from "./sandbox";

const HOLD_MS = 5000;

test("a message taken back within the hold never reaches the provider", async ({ deskOf }) => {
  const client = newClient("Budi");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Please confirm");
  await open(desk, client);

  await reply(desk, "Sent to the wrong person");
  await expect(thread(desk)).toContainText("Sent to the wrong person");
  await thread(desk).getByRole("button", { name: "Undo" }).click();
  await expect(replyBox(desk)).toHaveValue("Sent to the wrong person");
  await expect(thread(desk)).not.toContainText("Sent to the wrong person");

  await replyBox(desk).fill("");
  await reply(desk, "And by the key");
  await expect(thread(desk).getByRole("button", { name: "Undo" })).toBeVisible();
  await replyBox(desk).press("Escape");
  await desk.keyboard.press("z");
  await expect(replyBox(desk)).toHaveValue("And by the key");

  await desk.waitForTimeout(HOLD_MS + 2500);
  expect(await sentTo(client)).toEqual([]);
});

test("what its author takes back leaves a colleague's screen, who cannot take it back", async ({ deskOf }) => {
  const client = newClient("Citra");
  const [mine, theirs] = [await deskOf("lawyer"), await deskOf("agent")];
  await clientWrites(client, "Please confirm");
  await open(mine, client);
  await open(theirs, client);
  await reply(mine, "Not for you");
  await expect(thread(theirs)).toContainText("Not for you");
  await expect(thread(theirs).getByRole("button", { name: "Undo" })).toHaveCount(0);
  await thread(mine).getByRole("button", { name: "Undo" }).click();
  await expect(replyBox(mine)).toHaveValue("Not for you");
  await expect(thread(theirs)).not.toContainText("Not for you");
});

test("a bubble is there before the server answers", async ({ deskOf }) => {
  const client = newClient("Dewi");
  const desk = await deskOf("lawyer");
  await clientWrites(client, "Hello");
  await open(desk, client);
  await desk.route("**/api/conversations/*/messages", async (route) => {
    if (route.request().method() === "POST") await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await replyBox(desk).fill("At once");
  const painted = await desk.evaluate(async () => {
    const log = document.querySelector("[role=log]");
    const box = document.querySelector("#reply");
    const started = performance.now();
    box?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    while (!log?.textContent?.includes("At once") && performance.now() - started < 1000) await new Promise(requestAnimationFrame);
    return performance.now() - started;
  });
  expect(painted).toBeLessThan(100); // the goal is 50 ms; the machine of a test run is shared
  await expect(thread(desk).getByText("At once")).toHaveCount(1);
  await expect(thread(desk).getByRole("button", { name: "Undo" })).toBeVisible();
  await expect(thread(desk).getByText("At once")).toHaveCount(1);
});
