import { expect, open, reply, test, thread } from "./desk";
import { clientDoes, clientWrites, grouped, newClient, sentTo } from "./sandbox";

test("an answer and a reaction show what they are about, and lead there", async ({ deskOf }) => {
  const desk = await deskOf("lawyer");
  const client = newClient("Citra");
  await clientWrites(client, "Which papers do I bring?");
  await open(desk, client);
  await reply(desk, "Your *identity card*, please.");
  await expect.poll(async () => (await sentTo(client)).length, { timeout: 20_000 }).toBe(1);
  const [sent] = await sentTo(client);
  await clientDoes(client, { type: "text", text: "The old one too?", context: sent?.wamid });
  await clientDoes(client, { type: "reaction", reaction: { message_id: sent?.wamid, emoji: "👍" } });
  await clientDoes(client, { type: "text", text: "And the thing of last year?", context: "wamid.never-kept" });

  const said = (text: string) => thread(desk).getByRole("article").filter({ hasText: text });
  await expect(said("The old one too?")).toContainText("Your identity card, please.");
  await expect(said("Reaction")).toContainText("Your identity card, please.");
  await expect(said("And the thing of last year?")).toContainText("An earlier message that is not kept here");
  await expect(said("And the thing of last year?").getByRole("button")).toHaveCount(0);
  await said("The old one too?").getByRole("button", { name: "About: You Your identity card, please." }).click();
  await expect(thread(desk).getByRole("article", { name: "Message from You" })).toBeFocused();
});

test("a change of number is a line of its own, and who writes from the old one again is answered there", async ({ deskOf }) => {
  const [client, later] = [newClient("Surya"), newClient("Surya")];
  const desk = await deskOf("lawyer");
  await clientWrites(client, "I will get a new phone", 20);
  await open(desk, client);
  const timestamp = String(Math.floor(Date.now() / 1000) - 10);
  await clientDoes(client, {
    type: "system",
    system: { type: "user_changed_number", body: "User changed", wa_id: later.digits },
    timestamp,
  });
  const line = `New WhatsApp number: ${grouped(later.digits)} · Replies go to`;
  await expect(thread(desk)).toContainText(`${line} ${grouped(later.digits)}`);
  await expect(thread(desk).getByRole("article").filter({ hasText: line })).toHaveCount(0);
  await clientWrites(client, "Still on the old one");
  await expect(thread(desk)).toContainText("Still on the old one");
  await expect(thread(desk)).toContainText(`${line} ${grouped(client.digits)}`);
  await reply(desk, "Understood");
  await expect.poll(async () => (await sentTo(client)).map((one) => one.text), { timeout: 20_000 }).toEqual(["Understood"]);
});

test("a hit says who wrote it", async ({ deskOf }) => {
  const client = newClient("Bayu");
  const [mine, theirs] = [await deskOf("lawyer"), await deskOf("agent")];
  const word = `berkas${client.digits.slice(-6)}`;
  await clientWrites(client, "Halo");
  await open(mine, client);
  await reply(mine, `Mohon ${word} dibawa`);
  const me = (await mine.getByRole("button", { name: /^Account: / }).getAttribute("aria-label"))?.replace("Account: ", "");
  for (const [desk, speaker] of [
    [mine, "You:"],
    [theirs, `${me}:`],
  ] as const) {
    const search = desk.getByRole("searchbox", { name: "Search" });
    const results = desk.getByRole("region", { name: "Search results" });
    await expect(async () => {
      await search.fill("");
      await expect(results).toHaveCount(0); // else it is the same search, and not asked again
      await search.fill(word);
      await expect(results).toContainText(`${speaker} Mohon ${word} dibawa`, { timeout: 2000 });
    }).toPass({ timeout: 20_000 });
  }
});
