// How much script a page fetches in its first five seconds, gzipped. Against a running demo: `node scripts/bundle-size.mjs`;
// from a browser test: `measurePages(browser, { baseURL, email, password })`.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { readJson } from "./lib/files.mjs";
import { dataDir } from "./lib/paths.mjs";
import { explain, Hint } from "./lib/say.mjs";

/** Most gzipped script a page may fetch in its first five seconds, in bytes. */
export const LIMITS = { "/sign-in": 190_000, "/inbox": 330_000 };
const SPAN = 5000;

/**
 * Opens a page with an empty cache and adds up the scripts it fetches.
 * @param {import("@playwright/test").Page} page of a fresh context
 * @param {string} url
 * @param {number} [milliseconds] how long to listen, from the start of the navigation
 * @returns {Promise<{bytes: number, files: Array<{url: string, bytes: number}>}>} gzipped sizes, largest first
 */
export async function measureScripts(page, url, milliseconds = SPAN) {
  const files = new Map();
  const reading = [];
  const take = async (response) => {
    const kind = response.headers()["content-type"] ?? "";
    if (response.request().resourceType() !== "script" && !kind.includes("javascript")) return;
    if (!response.ok() || files.has(response.url())) return;
    files.set(response.url(), 0);
    files.set(response.url(), gzipSync(await response.body()).length);
  };
  const listen = (response) => reading.push(take(response).catch(() => {}));
  page.on("response", listen);
  const until = Date.now() + milliseconds;
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForTimeout(Math.max(0, until - Date.now()));
  page.off("response", listen);
  await Promise.all(reading);
  const list = [...files].map(([file, bytes]) => ({ url: file, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: list.reduce((sum, { bytes }) => sum + bytes, 0), files: list };
}

/**
 * Measures the pages of LIMITS, each in a context of its own; the inbox signed in.
 * @param {import("@playwright/test").Browser} browser
 * @param {{baseURL: string, email: string, password: string}} options
 * @returns {Promise<Array<{page: string, bytes: number, limit: number, within: boolean, files: Array<{url: string, bytes: number}>}>>}
 */
export async function measurePages(browser, { baseURL, email, password }) {
  const entry = await browser.newContext({ baseURL, locale: "en-GB" });
  const form = await entry.newPage();
  await form.goto("/sign-in");
  await form.getByLabel("E-mail").fill(email);
  await form.getByLabel("Password", { exact: true }).fill(password);
  await form.getByRole("button", { name: "Sign in" }).click();
  await form.waitForURL("**/inbox**");
  const storageState = await entry.storageState();
  await entry.close();

  const measured = [];
  for (const [address, limit] of Object.entries(LIMITS)) {
    const context = await browser.newContext({ baseURL, locale: "en-GB", ...(address === "/sign-in" ? {} : { storageState }) });
    const { bytes, files } = await measureScripts(await context.newPage(), address);
    await context.close();
    measured.push({ page: address, bytes, limit, within: bytes > 0 && bytes <= limit, files });
  }
  return measured;
}

async function againstDemo() {
  const demo = readJson(path.join(dataDir, "demo.json"));
  if (!demo) throw new Hint('Nothing runs to be measured: start "npm run demo" first.');
  const { chromium } = await import("@playwright/test");
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  try {
    const { email, password } = demo.organisations[0].users[0];
    const pages = await measurePages(browser, { baseURL: demo.webUrl, email, password });
    for (const { files, ...page } of pages) console.log(JSON.stringify({ ...page, largest: files.slice(0, 8) }));
    return pages.every(({ within }) => within);
  } finally {
    await browser.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  againstDemo().then(
    (within) => process.exit(within ? 0 : 1),
    (error) => {
      explain(error);
      process.exit(1);
    },
  );
}
