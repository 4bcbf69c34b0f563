import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { test } from "./desk";
import { formsOf, found, readDatabase, readLogs, readRedis } from "./leaks";
import { clientWrites, newClient, sentTo } from "./sandbox";
import { given, tokenOfFirm } from "./seed";

const mark = randomUUID().slice(0, 8);
const WORDS = { inbound: `kenari${mark}`, outbound: `balasan${mark}`, draft: `konsep${mark}` };

test("the search for leaks finds what is there to be found", () => {
  const secret = "rahasia7312";
  const wamid = `wamid.${Buffer.from(`xx${secret}yyyyyyyyyyyy`).toString("base64")}`;
  const hay = [
    secret,
    Buffer.from(`abc${secret}`).toString("hex"),
    ...[0, 1, 2].map((n) => Buffer.from(`${"z".repeat(n)}${secret}tail`).toString("base64")),
    wamid,
  ];
  for (const text of hay) expect(found(text, { secret }), text).toEqual(["secret"]);
  expect(found("nothing of the kind", { secret })).toEqual([]);
  expect(formsOf(secret).length).toBe(5);
});

test("words, names, phones and tokens are in no table, no Redis key, no job and no log line, yet search finds them", async ({
  deskOf,
}) => {
  const client = newClient(`Burhan${mark}`);
  await clientWrites(client, `Selamat pagi ${WORDS.inbound}`);
  const desk = await deskOf("owner");
  await desk.getByRole("link", { name: "All", exact: true }).click();
  await desk.getByText(client.name).first().click();
  const reply = desk.getByRole("textbox", { name: "Reply" });
  await reply.fill(`Terima kasih ${WORDS.outbound}`);
  await reply.press("Enter");
  await expect.poll(async () => (await sentTo(client)).length, { timeout: 20_000 }).toBe(1);
  await reply.fill(WORDS.draft);
  await expect.poll(async () => (await readDatabase(given("DATABASE_OWNER_URL"))).get("drafts")?.length ?? 0).toBeGreaterThan(0);

  const search = async (q: string) => {
    const headers = { "x-parley": "1", origin: new URL(desk.url()).origin };
    const response = await desk.request.post("/api/search", { data: { q }, headers });
    return JSON.stringify(await response.json());
  };
  for (const q of [WORDS.inbound, WORDS.outbound, client.name, client.digits]) {
    await expect.poll(() => search(q), { timeout: 10_000 }).toContain(client.name);
  }
  const secrets = { ...WORDS, name: client.name.split(" ")[0] ?? "", phone: client.digits, token: tokenOfFirm };
  for (const [table, text] of await readDatabase(given("DATABASE_OWNER_URL")))
    expect(found(text, secrets), `table ${table}`).toEqual([]);
  expect(found(await readRedis(given("REDIS_URL")), secrets), "Redis").toEqual([]);
  for (const [file, text] of readLogs(given("LOG_DIR"))) expect(found(text, secrets), `log ${file}`).toEqual([]);
});
