import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asArray, asObject } from "./json";
import { ANA, type Bench, ONE, startBench, TWO, until } from "./testing";

let bench: Bench;
const ledgerPath = join(mkdtempSync(join(tmpdir(), "sandbox-")), "ledger.ndjson");
let clock = Date.now();

beforeAll(async () => {
  bench = await startBench({ ledgerPath, now: () => clock });
});
afterAll(() => bench.close());

const hello = (from = ANA) =>
  bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, from, name: "Ana", type: "text", text: "Olá" });
const wamidOf = (body: { [key: string]: unknown }) => String(asObject(asArray(body.messages)[0]).id);
const codeOf = (body: { [key: string]: unknown }) => asObject(body.error).code;
const statesOf = (wamid: string) =>
  bench.receiver
    .statuses()
    .filter((status) => status.id === wamid)
    .map((status) => status.status);

describe("a text in the open window", () => {
  it("is accepted, then sent, delivered and, when asked for, read", async () => {
    await hello();
    const { status, body } = await bench.text("+55 11 97777-0001", "Bom dia", "tag-1");
    expect(status).toBe(200);
    const wamid = wamidOf(body);
    expect(body.contacts).toMatchObject([{ input: "+55 11 97777-0001", wa_id: ANA }]);
    await until(() => statesOf(wamid).includes("delivered"));
    await bench.control("read", { phoneNumberId: ONE.phoneNumberId, from: ANA });
    await until(() => statesOf(wamid).length === 3);
    expect(statesOf(wamid)).toEqual(["sent", "delivered", "read"]);
    const all = bench.receiver.statuses().filter((one) => one.id === wamid);
    expect(all.every((one) => one.biz_opaque_callback_data === "tag-1" && one.recipient_id === ANA)).toBe(true);
    expect(all.map((one) => asObject(one.pricing).category)).toEqual(["service", "service", undefined]);
  });

  it("gives wamids that contain the phone, never the same twice", async () => {
    await hello();
    const wamids = await Promise.all(["a", "b", "c"].map(async (text) => wamidOf((await bench.text(ANA, text)).body)));
    expect(new Set(wamids).size).toBe(3);
    for (const wamid of wamids) expect(Buffer.from(wamid.replace("wamid.", ""), "base64").toString("latin1")).toContain(ANA);
  });

  it("has its ledger line on disk before the answer", async () => {
    await hello();
    const { body } = await bench.text(ANA, "on disk?", "tag-disk");
    const lines = readFileSync(ledgerPath, "utf8")
      .split("\n")
      .filter((line) => line.includes(wamidOf(body)) && line.includes('"kind":"send"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      tag: "tag-disk",
      to: ANA,
      type: "text",
      text: "on disk?",
      attempt: 1,
      answer: 200,
    });
  });
});

describe("the 24-hour window", () => {
  it("is closed for a client who never wrote: accepted, then failed with 131047", async () => {
    const { status, body } = await bench.text("5511900000001", "hello?");
    expect(status).toBe(200);
    await until(() => statesOf(wamidOf(body)).length > 0);
    const failed = bench.receiver.statuses().find((one) => one.id === wamidOf(body));
    expect(failed).toMatchObject({ status: "failed", errors: [{ code: 131047 }] });
    expect(failed?.recipient_user_id).toBeUndefined();
  });

  it("closes 24 hours after the message's own time, and can be told at once", async () => {
    const client = "5511900000002";
    await bench.control("inbound", {
      phoneNumberId: ONE.phoneNumberId,
      from: client,
      type: "text",
      text: "old",
      timestamp: Math.floor(clock / 1000) - 86_500,
    });
    await bench.control("app", { telling: { 131047: "sync" } });
    expect(codeOf((await bench.text(client, "too late")).body)).toBe(131047);
    await hello(client);
    expect((await bench.text(client, "in time")).status).toBe(200);
    clock += 24 * 3600 * 1000 + 1;
    expect(codeOf((await bench.text(client, "a day later")).body)).toBe(131047);
    await bench.control("app", { telling: { 131047: "async" } });
  });
});

describe("templates", () => {
  const send = (name: string, code: string, parameters?: unknown[]) =>
    bench.graph("POST", `/${ONE.phoneNumberId}/messages`, {
      messaging_product: "whatsapp",
      to: "5511900000003",
      type: "template",
      template: { name, language: { code }, ...(parameters ? { components: [{ type: "body", parameters }] } : {}) },
    });
  const text = (value: string, parameter_name?: string) => ({
    type: "text",
    text: value,
    ...(parameter_name ? { parameter_name } : {}),
  });

  it("reach a client outside the window, with variables filled", async () => {
    const { status, body } = await send("appointment_reminder", "pt_BR", [text("Ana"), text("segunda")]);
    expect([status, asObject(asArray(body.messages)[0]).message_status]).toEqual([200, "accepted"]);
    await until(() => statesOf(wamidOf(body)).includes("delivered"));
    const chat = (await (
      await fetch(`${bench.sandbox.origin}/phone/chat?business=${ONE.phoneNumberId}&client=5511900000003`)
    ).json()) as { bubbles: { text: string }[] };
    expect(chat.bubbles.at(-1)?.text).toContain("Olá Ana, lembramos do seu compromisso em segunda.");
  });

  it.each([
    ["a missing parameter", "appointment_reminder", "en", [text("Ana")], 132000],
    ["no parameters at all", "appointment_reminder", "en", undefined, 132000],
    ["an unknown name", "no_such_template", "en", [], 132001],
    ["another language", "booking_update", "en", [], 132001],
    ["one under review", "new_intake_form", "en", [text("Ana")], 132001],
    ["one refused", "win_prizes_now", "pt_BR", [text("a"), text("b")], 132001],
    ["one paused", "weekly_news", "en", [text("Ana")], 132015],
    ["a picture for a word", "we_are_back", "en", [{ type: "image", image: { id: "1" } }], 132000],
    ["a wrong kind", "year_end_offer", "en", [text("Ana"), { type: "image", image: { id: "1" } }], 132012],
    ["named, without names", "documents_ready", "en", [text("Ana"), text("lease")], 132012],
    ["a line break", "year_end_offer", "en", [text("Ana"), text("a\nb")], 132018],
  ])("refuses %s", async (_what, name, code, parameters, expected) => {
    expect(codeOf((await send(name, code, parameters)).body)).toBe(expected);
  });

  it("takes named parameters in any order", async () => {
    expect((await send("documents_ready", "id", [text("sewa", "matter"), text("Budi", "client_name")])).status).toBe(200);
  });

  it("are listed a page at a time, by filter", async () => {
    const path = `/${ONE.wabaId}/message_templates?limit=5&fields=name,status`;
    const seen: unknown[] = [];
    let next: string | undefined = path;
    while (next) {
      const { body } = await bench.graph("GET", next);
      seen.push(...asArray(body.data));
      const link = asObject(body.paging).next;
      next = typeof link === "string" ? link.slice(link.indexOf(`/${ONE.wabaId}`)) : undefined;
    }
    expect(seen).toHaveLength(14);
    const pending = await bench.graph("GET", `/${ONE.wabaId}/message_templates?status=PENDING`);
    expect(asArray(pending.body.data)).toMatchObject([{ name: "new_intake_form" }]);
    expect(codeOf((await bench.graph("GET", `${path}&after=rubbish`)).body)).toBe(131059);
  });
});

describe("tokens", () => {
  it("open their own account only", async () => {
    for (const path of [`/${TWO.wabaId}`, `/${TWO.phoneNumberId}`, `/${TWO.wabaId}/message_templates`, "/123456789012345"]) {
      const { status, body } = await bench.graph("GET", path);
      expect([status, asObject(body.error).code, asObject(body.error).error_subcode]).toEqual([400, 100, 33]);
    }
    const stolen = await bench.graph(
      "POST",
      `/${ONE.phoneNumberId}/messages`,
      { messaging_product: "whatsapp", to: ANA, text: { body: "x" } },
      TWO.accessToken,
    );
    expect(asObject(stolen.body.error).error_subcode).toBe(33);
    expect((await bench.graph("GET", `/${TWO.wabaId}`, undefined, TWO.accessToken)).body).toMatchObject({
      id: TWO.wabaId,
      name: "Two",
    });
  });

  it("are refused with 190 when missing or unknown", async () => {
    for (const token of ["", "EAAnobody"]) {
      const { status, body } = await bench.graph("GET", `/${ONE.wabaId}`, undefined, token);
      expect([status, codeOf(body)]).toEqual([401, 190]);
      expect(asObject(body.error).fbtrace_id).toBeTruthy();
    }
  });

  it("are described to the app by debug_token", async () => {
    const app = `500100000000001|app-secret-for-tests`;
    const { body } = await bench.graph("GET", `/debug_token?input_token=${TWO.accessToken}`, undefined, app);
    expect(body.data).toMatchObject({ is_valid: true, granular_scopes: [{ target_ids: [TWO.wabaId] }, {}] });
    const reads = (await bench.ledger()).filter((line) => line.kind === "read");
    expect(reads).toMatchObject([{ effect: "inspect", path: "/debug_token", wabaId: TWO.wabaId }]);
    expect(JSON.stringify(reads)).not.toContain(TWO.accessToken);
    expect(codeOf((await bench.graph("GET", `/debug_token?input_token=x`)).body)).toBe(100);
  });
});

describe("shapes", () => {
  it.each([
    ["no product", { to: ANA, text: { body: "x" } }, 100],
    ["no recipient", { messaging_product: "whatsapp", text: { body: "x" } }, 131008],
    ["an empty text", { messaging_product: "whatsapp", to: ANA, text: { body: "" } }, 131008],
    ["a text too long", { messaging_product: "whatsapp", to: ANA, text: { body: "x".repeat(4097) } }, 100],
    ["an unknown type", { messaging_product: "whatsapp", to: ANA, type: "fax", fax: {} }, 131009],
    ["a picture nobody uploaded", { messaging_product: "whatsapp", to: ANA, type: "image", image: { id: "1" } }, 131009],
    [
      "four buttons",
      {
        messaging_product: "whatsapp",
        to: ANA,
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "?" },
          action: { buttons: Array(4).fill({ reply: { id: "a", title: "a" } }) },
        },
      },
      131009,
    ],
    ["oneself", { messaging_product: "whatsapp", to: "+1 555 010 0001", text: { body: "x" } }, 131021],
  ])("refuses %s", async (_what, body, code) => {
    expect(codeOf((await bench.graph("POST", `/${ONE.phoneNumberId}/messages`, body)).body)).toBe(code);
  });

  it("limits the pair and the second", async () => {
    const client = "5511900000004";
    await hello(client);
    const codes = await Promise.all(
      Array.from({ length: 46 }, async (_, index) => codeOf((await bench.text(client, `n${index}`)).body)),
    );
    expect(codes.filter((code) => code === 131056)).toHaveLength(1);
    await bench.control("app", { perSecond: 1, pairLimit: false });
    const many = await Promise.all(Array.from({ length: 5 }, async () => codeOf((await bench.text(client, "x")).body)));
    expect(many.filter((code) => code === 130429).length).toBeGreaterThanOrEqual(4);
    await bench.control("app", { perSecond: 80, pairLimit: true });
  });
});
