import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { META_SCRIPT } from "./meta/script";
import { startSandbox } from "./server";
import { parseState } from "./settings";
import { DIALOG_SCRIPT } from "./signup/dialog-script";
import { FORGER_SCRIPT } from "./signup/forger";
import { STEPS } from "./signup/model";
import { sdkScript } from "./signup/sdk";
import { APP_ID, type Bench, exchangePath, ONE, SECRET, startBench } from "./testing";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const page = async (path: string, headers: { [name: string]: string } = {}) => {
  const response = await fetch(bench.sandbox.origin + path, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const DIALOG = `/v26.0/dialog/oauth?client_id=${APP_ID}&config_id=1200&response_type=code&display=popup&channel=f1`;

describe("the SDK", () => {
  it("is served to pages of every origin, and is a script", async () => {
    const { text, headers } = await page("/en_US/sdk.js", { origin: "http://127.0.0.1:3000" });
    expect(headers.get("content-type")).toContain("text/javascript");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(() => new Script(text)).not.toThrow();
    expect(text).toContain(bench.sandbox.origin);
  });

  it("calls fbAsyncInit, opens the dialog within the click, and hands on the code of its own pop-up only", async () => {
    const browser = fakeBrowser();
    browser.run(sdkScript("http://127.0.0.1:4010"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(browser.inited).toBe(1);
    const answers: unknown[] = [];
    browser.fb().login((answer) => answers.push(answer), { config_id: "c1", response_type: "code", extras: { featureType: "" } });
    const url = new URL(browser.opened[0] ?? "");
    expect(url.pathname).toBe("/v26.0/dialog/oauth");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ client_id: "5", config_id: "c1", extras: '{"featureType":""}' });
    const channel = url.searchParams.get("channel");
    const done = { sandbox: "signup", channel, stage: "done", code: "AQB1" };
    browser.hear({ origin: "http://localhost:4010", source: browser.popup, data: done });
    browser.hear({ origin: "http://127.0.0.1:4010", source: {}, data: done });
    expect(answers).toEqual([]);
    browser.hear({ origin: "http://127.0.0.1:4010", source: browser.popup, data: done });
    expect(answers).toEqual([{ status: "connected", authResponse: { code: "AQB1", expiresIn: null, userID: null } }]);
  });

  it("learns from a closed window: success on the last screen, nothing before it", async () => {
    const browser = fakeBrowser();
    browser.run(sdkScript("http://a"));
    browser.fb().init({ appId: "5" });
    const answers: unknown[] = [];
    browser.fb().login((answer) => answers.push(answer), {});
    const channel = new URL(browser.opened[0] ?? "").searchParams.get("channel");
    browser.hear({
      origin: "http://a",
      source: browser.popup,
      data: { sandbox: "signup", channel, stage: "held", code: "AQB2" },
    });
    browser.popup.closed = true;
    for (let i = 0; i < 4; i++) browser.tick();
    browser.popup.closed = false;
    browser.fb().login((answer) => answers.push(answer), {});
    browser.popup.closed = true;
    for (let i = 0; i < 4; i++) browser.tick();
    expect(answers).toMatchObject([{ authResponse: { code: "AQB2" } }, { status: "unknown", authResponse: null }]);
  });
});

interface FakeFb {
  init: (settings: object) => void;
  login: (callback: (answer: unknown) => void, options: object) => void;
}

/** Just enough of a browser to run the SDK. */
function fakeBrowser() {
  const listeners: ((event: unknown) => void)[] = [];
  const ticks: (() => void)[] = [];
  const popup = { closed: false };
  const state = { inited: 0, opened: [] as string[] };
  const window: { [name: string]: unknown } = {
    addEventListener: (_: string, run: (event: unknown) => void) => listeners.push(run),
    open: (url: string) => {
      state.opened.push(url);
      return popup;
    },
    fbAsyncInit: () => {
      state.inited++;
      (window.FB as FakeFb).init({ appId: "5", version: "v26.0" });
    },
  };
  const globals = {
    window,
    location: { origin: "http://p" },
    URLSearchParams,
    console,
    setTimeout,
    clearInterval: () => {},
    JSON,
  };
  const names = { ...globals, setInterval: (run: () => void) => ticks.push(run) };
  return Object.assign(state, {
    popup,
    run: (script: string) => new Function(...Object.keys(names), script)(...Object.values(names)),
    hear: (event: unknown) => {
      for (const run of listeners) run(event);
    },
    tick: () => {
      for (const run of ticks) run();
    },
    fb: () => window.FB as FakeFb,
  });
}

describe("the dialog", () => {
  it("has every step and every outcome, by name", async () => {
    const { status, text, headers } = await page(
      `${DIALOG}&extras=${encodeURIComponent('{"setup":{"business":{"name":"A & <B>"}}}')}`,
    );
    expect(status).toBe(200);
    expect(headers.get("cross-origin-opener-policy")).toBeNull();
    for (const step of STEPS) expect(text).toContain(`data-step="${step}"`);
    for (const label of ["Confirm", "Finish", "Close this window", "Finish without a number", "Finish and lose the browser"])
      expect(text).toContain(`>${label}</button>`);
    expect(text.match(/>Cancel on this step</g)).toHaveLength(STEPS.length);
    expect(text.match(/>Report an error</g)).toHaveLength(STEPS.length);
    expect(text).not.toContain("<B>");
    for (const id of text.matchAll(/<(?:input|select) id="([^"]+)"/g)) expect(text).toContain(`<label for="${id[1]}">`);
    expect(text).not.toContain(ONE.accessToken);
  });

  it("knows coexistence, and refuses a wrong app or no configuration", async () => {
    const both = await page(`${DIALOG}&extras=${encodeURIComponent('{"featureType":"whatsapp_business_app_onboarding"}')}`);
    expect(both.text).toContain("Number in the WhatsApp Business app");
    expect((await page(DIALOG.replace(APP_ID, "1"))).status).toBe(400);
    expect((await page(DIALOG.replace("config_id=1200", "config_id="))).status).toBe(400);
    expect((await page(DIALOG.replace("response_type=code", "response_type=token"))).status).toBe(400);
  });

  it("starts the code's life when it is handed over", async () => {
    const { code } = (await bench.control("signup", {})).body;
    const known = bench.sandbox.context.world.codes.get(String(code));
    if (known) known.createdAt -= 60_000;
    expect((await bench.control("signup/handed", { code })).body).toEqual({ handed: true });
    expect((await bench.graph("GET", exchangePath(code), undefined, "")).status).toBe(200);
    expect((await bench.control("signup/handed", { code })).body).toEqual({ handed: false });
  });
});

describe("the pages of Meta and of the forger", () => {
  it("list what there is, and show no token", async () => {
    const { text } = await page("/meta");
    for (const label of ["Grant access", "Remove partner", "Restrict", "Quality drop", "Reject name", "Expire", "Revoke"])
      expect(text).toContain(`>${label}</button>`);
    expect(text).toContain(`aria-label="Quality drop: One +1 555 010 0001"`);
    expect(text).not.toContain(ONE.accessToken);
    expect((await page("/meta/style.css")).text).toContain("prefers-color-scheme: dark");
    expect((await page("/forger?waba_id=9")).text).toContain('value="9"');
    expect(JSON.stringify((await bench.control("accounts")).body)).not.toContain(ONE.accessToken);
  });

  it.each([
    ["dialog", DIALOG_SCRIPT],
    ["forger", FORGER_SCRIPT],
    ["meta", META_SCRIPT],
  ])("run a script that parses: %s", async (name, script) => {
    expect(() => new Script(script)).not.toThrow();
    expect((await page(`/${name}/script.js`)).text).toBe(script);
  });
});

describe("the state file", () => {
  it("may name our portfolio and its token, and owners; all have defaults", async () => {
    const app = { id: "5", secret: "s", verifyToken: "v" };
    const given = { partnerId: "400", systemUserToken: "EAAsys", deauthorizeUrl: "http://d", requireProof: true };
    const parsed = parseState({ app: { ...app, ...given }, businesses: [{ ...ONE, businessId: "410" }] });
    expect(parsed.app).toMatchObject(given);
    const named = await startSandbox({ port: 0, state: parsed });
    expect(named.context.tune.requireProof).toBe(true);
    expect(named.context.world.wabas.get(ONE.wabaId)?.businessId).toBe("410");
    await named.close();
    const { body } = await bench.control("app");
    expect(body).toMatchObject({ partnerId: expect.stringMatching(/^4\d{14}$/), systemUserToken: expect.stringMatching(/^EAA/) });
  });
});

describe("a restart", () => {
  it("keeps what was made, in a file of its own that only we can read", async () => {
    const ledgerPath = join(mkdtempSync(join(tmpdir(), "sandbox-")), "ledger.ndjson");
    const app = { id: APP_ID, secret: SECRET, verifyToken: "v" };
    const options = { port: 0, state: { app, businesses: [ONE] }, ledgerPath, tune: { partnerMs: [0, 0] as [number, number] } };
    const call = async (origin: string, path: string, body?: object, token?: string) => {
      const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const response = await fetch(origin + path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
      return (await response.json()) as { [name: string]: string };
    };
    const first = await startSandbox(options);
    const { accessToken, wabaId, phoneNumberId } = await call(first.origin, "/_control/signup", {
      withToken: true,
      businessName: "Kept",
    });
    await call(first.origin, `/${wabaId}/subscribed_apps`, {}, accessToken);
    await call(first.origin, `/${phoneNumberId}/register`, { messaging_product: "whatsapp", pin: "482913" }, accessToken);
    await first.close();

    const path = ledgerPath.replace(".ndjson", ".accounts.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).not.toContain(ONE.accessToken);
    expect(readFileSync(ledgerPath, "utf8")).not.toContain(accessToken);

    const second = await startSandbox(options);
    expect(await call(second.origin, `/${phoneNumberId}?fields=status`, undefined, accessToken)).toMatchObject({
      status: "CONNECTED",
    });
    expect(await call(second.origin, `/${wabaId}/subscribed_apps`, undefined, accessToken)).toMatchObject({ data: [{}] });
    const wrong = { messaging_product: "whatsapp", pin: "000000" };
    expect(await call(second.origin, `/${phoneNumberId}/register`, wrong, accessToken)).toMatchObject({
      error: { code: 133005 },
    });
    expect(second.context.world.wabas.get(wabaId ?? "")?.templates.length).toBeGreaterThan(0);
    await second.close();

    const other = await startSandbox({ ...options, state: { ...options.state, app: { ...app, id: "6" } } });
    expect(other.context.world.wabas.has(wabaId ?? "")).toBe(false);
    await other.close();
  });
});
