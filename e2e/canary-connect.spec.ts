import { randomBytes } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./desk";
import { found, holdsAlone, readDatabase, readLogs, watchRedis } from "./leaks";
import { addressesAtMeta, begin, control, openMeta, press, secretsAtMeta, walk, writesTo } from "./meta";
import { given, webUrl } from "./seed";

/** What the browser itself asks for: addresses land in access logs, histories and referrers. */
const addresses: string[] = [];
function watchAddresses(context: BrowserContext): void {
  context.on("request", (request) => addresses.push(request.url().split("#")[0] ?? ""));
}

/** A call as the page makes it. */
const post = (desk: Page, path: string, data: object) =>
  desk.request.post(path, { data, headers: { "x-parley": "1", origin: new URL(webUrl).origin } });

/** The secrets of one press on Connect, as they travel in bodies: its state, and the code that Meta gave for it. */
function watchPresses(page: Page): { state: string; code: string }[] {
  const pressed: { state: string; code: string }[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/report")) return;
    const { state, code } = request.postDataJSON() as { state: string; code: string | null };
    pressed.push({ state, code: code ?? "" });
  });
  return pressed;
}

async function connectInWindow(page: Page, name: string, number: string): Promise<void> {
  const meta = await openMeta(page);
  await walk(meta, {
    "Name of the new portfolio": name,
    "Display name": name,
    "New number": number,
    "Verification code": "123456",
  });
  await press(meta, "Confirm");
  await press(meta, "Finish");
  await expect(page.getByText(`${name} is connected.`)).toBeVisible({ timeout: 20_000 });
}

interface Own {
  appId: string;
  appSecret: string;
  wabaId: string;
  phoneNumberId: string;
  accessToken: string;
}

test("nothing that connects a number is in an address, a table, a Redis key, a job or a log line, whether it worked or not", async ({
  deskOf,
  browser,
  watch,
}) => {
  test.slow();
  const redis = watchRedis(given("REDIS_URL"));
  const desk = await deskOf("admin");
  watchAddresses(desk.context());

  // by Meta's window
  const pressed = watchPresses(desk);
  await begin(desk, /A number of its own/);
  await connectInWindow(desk, "Kenari Jendela", "+1 555 710 7301");

  // by a link, in a browser without an account
  await begin(desk, /A number of its own/);
  await desk.getByRole("button", { name: "Make a link" }).click();
  const link = await desk.getByLabel("Link", { exact: true }).inputValue();
  const context = await browser.newContext({ baseURL: webUrl, locale: "en-GB" });
  watchAddresses(context);
  const client = await context.newPage();
  watch(client);
  const pressedByLink = watchPresses(client);
  await client.goto(link);
  await connectInWindow(client, "Kenari Tautan", "+1 555 710 7302");

  // by an app of the customer's own
  const own = await control<Own>("own-app", { name: "Kenari Sendiri", registered: false });
  await desk.goto("/settings/numbers");
  await desk.getByRole("button", { name: "Connect a number" }).first().click();
  await desk.getByRole("radio", { name: /With your own Meta app/ }).check();
  await desk.getByRole("button", { name: "Go on" }).click();
  const field = (label: string) => desk.getByLabel(label, { exact: true });
  await field("App ID").fill(own.appId);
  await field("App secret").fill(own.appSecret);
  await field("Access token").fill(own.accessToken);
  await field("WhatsApp Business Account ID").fill(own.wabaId);
  await field("Phone number ID").fill(own.phoneNumberId);
  await desk.getByRole("button", { name: "Check and connect" }).click();
  await expect(desk.getByText("Kenari Sendiri is connected.")).toBeVisible({ timeout: 20_000 });
  await desk.getByRole("link", { name: "To the numbers" }).click();
  await expect(desk.getByRole("heading", { name: `Own Meta app ${own.appId}` })).toBeVisible();
  const { apps } = (await (await desk.request.get("/api/settings/own-apps")).json()) as {
    apps: { appId: string; verifyToken: string }[];
  };
  const verifyToken = apps.find(({ appId }) => appId === own.appId)?.verifyToken ?? "";
  for (const [i, name] of ["Kenari Jendela", "Kenari Sendiri"].entries())
    await writesTo(name, `628123000730${i}`, "Ratih Kenari", "Apakah nomor ini benar?");

  // and what was wrong: refusals are written down as well, without what was refused
  const wrong = {
    appSecret: randomBytes(16).toString("hex"),
    token: `EAA${randomBytes(60).toString("hex")}`,
    code: `AQB${randomBytes(60).toString("hex")}`,
    newSecret: randomBytes(16).toString("hex"),
  };
  const manual = { appId: own.appId, wabaId: own.wabaId, phoneNumberId: own.phoneNumberId };
  for (const [appSecret, token] of [
    [wrong.appSecret, own.accessToken],
    [own.appSecret, wrong.token],
  ]) {
    const answer = await post(desk, "/api/onboarding/manual", { ...manual, appSecret, token });
    const { id } = (await answer.json()) as { id: string };
    const failed = async () => JSON.stringify(await (await desk.request.get(`/api/onboarding/${id}`)).json());
    await expect.poll(failed, { timeout: 20_000 }).toContain('"failed"');
  }
  expect((await post(desk, "/api/settings/own-apps", { appId: own.appId, appSecret: wrong.newSecret })).status()).toBeGreaterThan(
    399,
  );
  const begun = (await (await post(desk, "/api/onboarding", { path: "new" })).json()) as { id: string };
  const minted = (await (await post(desk, `/api/onboarding/${begun.id}/press`, {})).json()) as { state: string };
  await post(desk, `/api/onboarding/${begun.id}/report`, { state: minted.state, code: wrong.code, event: null });

  const cookies = [...(await desk.context().cookies()), ...(await context.cookies())].filter(({ value }) => value.length >= 20);
  expect(cookies.map(({ name }) => name)).toContain("parley");
  const window = secretsAtMeta("Kenari Jendela");
  const byLink = secretsAtMeta("Kenari Tautan");
  const byApp = secretsAtMeta("Kenari Sendiri");
  const list = (name: string, values: readonly string[]) =>
    Object.fromEntries(values.map((value, i) => [`${name} ${i + 1}`, value]));
  const tokens = list("token", [...window.tokens, ...byLink.tokens, own.accessToken, wrong.token]);
  const presses = [...pressed, ...pressedByLink, { state: minted.state, code: wrong.code }];
  const secrets: Record<string, string> = {
    ...tokens,
    ...list("code", presses.map(({ code }) => code).filter(Boolean)),
    ...list(
      "state",
      presses.map(({ state }) => state),
    ),
    ...list(
      "cookie",
      cookies.map(({ value }) => value),
    ),
    "link secret": new URL(link).hash.slice(1),
    "app secret": own.appSecret,
    "verify token": verifyToken,
    "wrong app secret": wrong.appSecret,
    "wrong new secret": wrong.newSecret,
    "platform's app secret": given("META_APP_SECRET"),
    "platform's verify token": given("META_WEBHOOK_VERIFY_TOKEN"),
  };
  for (const [name, secret] of Object.entries(secrets)) expect(secret.length, name).toBeGreaterThanOrEqual(8);
  expect(Object.keys(tokens).length).toBeGreaterThanOrEqual(4);
  expect(presses.filter(({ code }) => code).length).toBeGreaterThanOrEqual(3);
  const pins = [window, byLink, byApp].map(({ pin }) => pin);
  for (const pin of pins) expect(pin).toMatch(/^\d{6}$/);

  // softly: one run names every place
  const clean = (text: string, where: string) => {
    expect.soft(found(text, secrets), where).toEqual([]);
    for (const [i, pin] of pins.entries()) expect.soft(holdsAlone(text, pin), `PIN ${i + 1} in ${where}`).toBe(false);
  };
  for (const [table, text] of await readDatabase(given("DATABASE_OWNER_URL"))) clean(text, `table ${table}`);
  const seen = await redis.stop();
  expect(seen).toContain("parley:onboarding:"); // journeys were there to be seen
  clean(seen, "Redis");
  for (const [file, text] of readLogs(given("LOG_DIR"))) clean(text, `log ${file}`);
  clean(addresses.join("\n"), "the browser's addresses");

  // Meta takes the token it is to inspect in the address and nowhere else (Graph API, /debug_token; version 26 knows no method override);
  // the address is Meta's, behind TLS, and we write none down
  const asked = await addressesAtMeta();
  const inspections = asked.filter((address) => /\/debug_token\?/.test(address));
  expect(found(inspections.join("\n"), tokens)).not.toEqual([]); // this look sees what is there
  for (const inspection of inspections) {
    const query = new URL(inspection.split(" ")[1] ?? "", webUrl).searchParams;
    query.delete("input_token");
    clean(query.toString(), "an inspection, beside what it inspects");
  }
  clean(asked.filter((address) => !inspections.includes(address)).join("\n"), "addresses at Meta");
  await context.close();
});

test("a short code is found where it stands alone, and not inside of longer numbers", () => {
  for (const text of [
    '{"pin":"482913"}',
    "(a,482913,b)",
    "pin=482913",
    Buffer.from('{"x":1,"pin":"482913","y":"zzzzzz"}').toString("base64"),
  ])
    expect(holdsAlone(text, "482913"), text).toBe(true);
  for (const text of ["1482913", "482913.5", "a-482913-b", "12:482913"]) expect(holdsAlone(text, "482913"), text).toBe(false);
});
