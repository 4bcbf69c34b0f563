/** From the 200 of a webhook to pixels in an open inbox: a real browser, the production build, twenty messages a second. */
import { createHmac } from "node:crypto";
import { chromium } from "@playwright/test";
import { makeOrganisation } from "@/lib/testing/factory";
import { findChromium } from "../scripts/lib/chromium.mjs";
import { print, quantile, round, watchNoise } from "./figures";
import { type Ground, sleep } from "./trial/ground";
import { startWeb } from "./web";

const PER_SECOND = 20;
const SECONDS = 30;
const CLIENTS = 40;
const FIGURE = { measure: "process", figure: "200 to pixels p95 at 20/s", unit: "ms" };

/** What the watcher in the page keeps: when each marker was first on screen, milliseconds since 1970. */
interface Watched {
  seen: Record<string, number>;
}

/** Needs a production build; says so and goes on when there is none. @param ground with a migrated database, its worker not running */
export async function measurePixels(ground: Ground): Promise<void> {
  const web = await startWeb(ground);
  if (!web) return print({ ...FIGURE, value: null, pass: null, note: "left out: there is no production build (npm run build)" });
  await ground.start("receiver");
  await ground.start("worker");
  const organisation = await makeOrganisation({ name: "Pixels", users: [{ name: "Olivia Owner", role: "owner" }] });
  const [user, number] = [organisation.users[0], organisation.channels[0]];
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"],
  });
  try {
    // tall enough for a row of every client: what is asked is how soon it is painted, not how far one must scroll
    const page = await browser.newPage({ viewport: { width: 1280, height: 3200 } });
    await page.goto(`${web.url}/sign-in`);
    await page.getByLabel("E-mail").fill(user?.email ?? "");
    await page.getByLabel("Password").fill(user?.password ?? "");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/inbox**");
    await page.evaluate(WATCH);
    const offer = (marker: string, client: number) => post(ground, number ?? { wabaId: "", phoneNumberId: "" }, marker, client);
    for (let client = 0; client < CLIENTS; client++) await offer(`px-${-1 - client}-`, client); // conversations exist, the page is warm
    await sleep(5000);
    const noise = watchNoise([ground.supervisor.pid("postgres") ?? 0, ground.supervisor.pid("worker") ?? 0, web.pid()]);
    const answered: number[] = [];
    const began = Date.now();
    for (let i = 0; i < PER_SECOND * SECONDS; i++) {
      await sleep(began + (i * 1000) / PER_SECOND - Date.now());
      void offer(`px-${i}-`, i % CLIENTS).then((at) => {
        answered[i] = at;
      });
    }
    await sleep(5000);
    const foreign = noise();
    const { seen } = await page.evaluate<Watched>("window.watched");
    const took = answered.map((at, i) => (seen[`px-${i}-`] ?? Number.POSITIVE_INFINITY) - at);
    const never = took.filter((ms) => ms === Number.POSITIVE_INFINITY).length;
    const value = Math.max(0, quantile(took, 0.95));
    print({
      ...FIGURE,
      value: Number.isFinite(value) ? value : null,
      bar: "< 1000 ms",
      pass: value < 1000,
      p50: round(Math.max(0, quantile(took, 0.5))),
      messages: took.length,
      never_shown: never,
      foreign_cores: foreign,
    });
  } finally {
    await browser.close();
    await web.stop();
  }
}

/** Runs in the page, as text because it is not ours to compile: looks at what is on screen after each frame in which something changed. */
const WATCH = `
  window.watched = { seen: {} };
  let due = false;
  const look = () => {
    due = false;
    for (const [marker] of (document.body.textContent ?? "").matchAll(/px-\\d+-/g)) window.watched.seen[marker] ??= Date.now();
  };
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => setTimeout(look, 0)); // after the frame that paints it
  }).observe(document.body, { childList: true, subtree: true, characterData: true });`;

/** Posts one signed message. @returns when its 200 came, milliseconds since 1970 */
async function post(
  ground: Ground,
  number: { wabaId: string; phoneNumberId: string },
  marker: string,
  client: number,
): Promise<number> {
  const from = `55119${20_000_000 + client}`;
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550100001", phone_number_id: number.phoneNumberId },
    contacts: [{ profile: { name: `Client ${client}` }, wa_id: from }],
    messages: [
      {
        from,
        id: `wamid.${marker}${from}`,
        timestamp: String(Math.floor(Date.now() / 1000)),
        type: "text",
        text: { body: `${marker} halo` },
      },
    ],
  };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: number.wabaId, changes: [{ field: "messages", value }] }],
  });
  const signature = createHmac("sha256", ground.secrets.META_APP_SECRET).update(body).digest("hex");
  const answer = await fetch(`${ground.env.urls.receiver}/api/webhooks/whatsapp`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  });
  if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
  return Date.now();
}
