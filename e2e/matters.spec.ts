import { expect, open, openOld, rowOf, test, thread } from "./desk";
import { clientWrites, newClient } from "./sandbox";

test("a matter is opened, bound and walled: who is outside sees it go and finds nothing of it, who is inside sees all", async ({
  deskOf,
  expected,
}) => {
  expected.push(/404/);
  const client = newClient("Yolanda");
  const [lawyer, agent, member] = [await deskOf("lawyer"), await deskOf("agent"), await deskOf("manager")];
  const secret = `sengketa${client.digits.slice(-6)}`;
  await clientWrites(client, `Confidential: ${secret}`);
  for (const page of [lawyer, agent, member]) await open(page, client);

  // by keys alone: M, a new matter, bound at once
  await lawyer.getByRole("heading", { name: client.name }).click();
  await lawyer.keyboard.press("m");
  const dialog = lawyer.getByRole("dialog");
  await dialog.getByRole("button", { name: "New matter" }).press("Enter");
  await dialog.getByLabel("Title").fill(`Land of ${client.name}`);
  await dialog.getByRole("button", { name: "Open the matter" }).press("Enter");
  await dialog.getByRole("button", { name: "Bind", exact: true }).press("Enter");
  await expect(dialog).toHaveCount(0);
  const chip = lawyer.getByRole("link", { name: new RegExp(`Land of ${client.name}`) });
  await expect(chip).toBeVisible();
  await expect(agent.getByRole("link", { name: new RegExp(`Land of ${client.name}`) })).toBeVisible();

  // one key files the client's word
  await expect(thread(lawyer).getByRole("button", { name: "File as instruction" })).toBeAttached();
  await lawyer.keyboard.press("f");
  await expect(thread(lawyer).getByText(/Client's instruction, filed by/)).toBeVisible();
  await expect(thread(agent).getByText(/Client's instruction, filed by/)).toBeVisible();

  await chip.click();
  await lawyer.waitForURL("**/matters/*");
  await expect(lawyer.getByRole("list", { name: "Timeline" }).getByText(secret)).toBeVisible();
  await expect(lawyer.getByText("SHA-256")).toBeVisible();
  await lawyer.getByRole("combobox", { name: /^Access of Agus/ }).selectOption("Member");
  await lawyer.getByRole("switch", { name: "Wall" }).click();
  await expect(lawyer.getByText("Only members may read it")).toBeVisible();

  // the open thread and the row go away by themselves
  await expect(agent.getByText(secret)).toHaveCount(0);
  await expect(rowOf(agent, client)).toHaveCount(0);
  await expect(agent.getByRole("heading", { name: client.name })).toHaveCount(0);
  await expect(thread(member).getByText(secret)).toBeVisible();

  // nor by search, by list, by address or by the API
  await agent.getByLabel("Search").fill(secret);
  await expect(agent.getByText(/Nothing|No /).first()).toBeVisible();
  await expect(agent.getByText(`Confidential: ${secret}`)).toHaveCount(0);
  for (const address of [member.url(), lawyer.url()]) {
    const response = await agent.goto(address);
    expect(response?.status(), address).toBe(404);
    await expect(agent.getByText(client.name)).toHaveCount(0);
  }
  const list = await agent.request.get("/api/matters");
  expect(await list.text()).not.toContain(client.name);
  await clientWrites(client, `More about ${secret}`);
  await expect(thread(member).getByText(`More about ${secret}`)).toBeVisible();
  await agent.goto("/inbox/all");
  await expect(agent.getByRole("navigation", { name: "Views" })).toBeVisible();
  await expect(rowOf(agent, client)).toHaveCount(0);
});

test("what is marked as privileged says so everywhere, and a lesser role cannot take the mark away", async ({ deskOf }) => {
  const client = newClient("Octavia");
  const [lawyer, agent] = [await deskOf("lawyer"), await deskOf("agent")];
  await clientWrites(client, "Between us");
  for (const page of [lawyer, agent]) await open(page, client);
  await agent.getByRole("button", { name: "Mark as privileged" }).click();
  await expect(lawyer.getByText("Privileged", { exact: true }).first()).toBeVisible();
  await expect(rowOf(lawyer, client)).toContainText("Privileged");
  await expect(agent.getByRole("button", { name: "Take the mark away" })).toHaveCount(0);
  await lawyer.getByRole("button", { name: "Take the mark away" }).click();
  await expect(agent.getByRole("button", { name: "Mark as privileged" })).toBeVisible();
});

test("a conversation that goes on behind a wall leaves its earlier part to those outside, readable and closed", async ({
  deskOf,
}) => {
  const client = newClient("Leocadia");
  const [lawyer, agent] = [await deskOf("lawyer"), await deskOf("agent")];
  await clientWrites(client, "An ordinary question");
  await open(lawyer, client);
  await lawyer.goto("/matters");
  await lawyer.getByRole("button", { name: "New matter" }).click();
  await lawyer.getByLabel("Title").fill(`Hidden ${client.name}`);
  await lawyer.getByRole("button", { name: "Open the matter" }).click();
  await lawyer.waitForURL("**/matters/*");
  await lawyer.getByRole("switch", { name: "Wall" }).click();
  await expect(lawyer.getByText("Only members may read it")).toBeVisible();
  await openOld(lawyer, client);
  await lawyer.getByRole("button", { name: "Bind to a matter" }).click();
  await lawyer.getByLabel("Find").fill(client.name);
  await lawyer.getByRole("radio", { name: new RegExp(`Hidden ${client.name}`) }).check();
  await lawyer.getByRole("radio", { name: "Only what comes from now on" }).check();
  await lawyer.getByRole("button", { name: "Bind", exact: true }).click();
  await expect(lawyer.getByRole("dialog")).toHaveCount(0);
  await clientWrites(client, "Now the secret part");
  await expect(thread(lawyer).getByText("Now the secret part")).toBeVisible();

  await expect(rowOf(agent, client)).toContainText("An ordinary question");
  await expect(rowOf(agent, client)).toContainText("Earlier part");
  await open(agent, client);
  await expect(thread(agent).getByText("An ordinary question")).toBeVisible();
  await expect(agent.getByText("It can be read, not answered.")).toBeVisible();
  await expect(agent.getByText("Now the secret part")).toHaveCount(0);
});
