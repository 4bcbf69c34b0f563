import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signature, wireBytes } from "./hooks/envelope";
import { asArray, asObject } from "./json";
import { startSandbox } from "./server";
import { parseSettings } from "./settings";
import { ANA, type Bench, ONE, SECRET, startBench, TWO, until } from "./testing";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const inbound = (fields: object) =>
  bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, from: ANA, name: "Ana", ...fields });
const arrived = async (wamid: unknown) => {
  await until(() => bench.receiver.messages().some((message) => message.id === wamid));
  return asObject(bench.receiver.messages().find((message) => message.id === wamid));
};

describe("the wire", () => {
  it("is ASCII with escapes, and signed over exactly these bytes", async () => {
    const { body } = await inbound({ type: "text", text: "ção 👍 a/b <c>" });
    await arrived(body.wamid);
    const delivery = bench.receiver.deliveries.find((one) => one.bytes.includes("\\u00e7\\u00e3o \\ud83d\\udc4d a\\/b <c>"));
    expect(delivery?.valid).toBe(true);
    expect([...(delivery?.bytes ?? [])].every((byte) => byte < 0x80)).toBe(true);
  });

  it("matches a known vector", () => {
    expect(wireBytes({ a: "é/\u{1F600}" }).toString()).toBe('{"a":"\\u00e9\\/\\ud83d\\ude00"}');
    // printf '{"a":"b"}' | openssl dgst -sha256 -hmac key
    expect(signature(Buffer.from('{"a":"b"}'), "key")).toBe(
      "sha256=09e544e6aa61210e7dcb436074986f8c1d485b229da932dfc3ba527ebeda22d4",
    );
  });

  it("signs as asked", async () => {
    const before = bench.receiver.deliveries.length;
    await bench.control("webhook", { envelope: { object: "x", entry: [] }, times: 3 });
    await bench.control("webhook", { envelope: "as it is", sign: "bad" });
    await bench.control("webhook", { envelope: {}, sign: "none" });
    expect((await bench.control("webhook", { envelope: {}, sign: "previous" })).status).toBe(409);
    await bench.control("app", { previousSecret: "older" });
    expect((await bench.control("webhook", { envelope: {}, sign: "previous" })).body).toEqual({ statuses: [200] });
    const got = bench.receiver.deliveries.slice(before);
    expect(got.map((one) => one.valid)).toEqual([true, true, true, false, false, false]);
    expect(got[3]?.bytes.toString()).toBe("as it is");
    expect(got[4]?.signature).toBe("");
  });
});

describe("inbound messages", () => {
  it.each(["image", "audio", "video", "document", "sticker"])(
    "carry a %s that can be downloaded with the token only",
    async (type) => {
      const { body } = await inbound({ type });
      const media = asObject((await arrived(body.wamid))[type]);
      const located = await bench.graph("GET", `/${String(media.id)}`);
      expect(located.body).toMatchObject({ mime_type: media.mime_type, sha256: media.sha256 });
      const download = (token: string) => fetch(String(located.body.url), { headers: { authorization: `Bearer ${token}` } });
      const bytes = await (await download(ONE.accessToken)).arrayBuffer();
      expect(String(bytes.byteLength)).toBe(located.body.file_size);
      expect((await download(TWO.accessToken)).status).toBe(404);
      expect((await download("nobody")).status).toBe(401);
      expect((await bench.graph("GET", `/${String(media.id)}`, undefined, TWO.accessToken)).status).toBe(400);
    },
  );

  it.each([
    ["location", {}, { location: { latitude: -6.2088 } }],
    ["contacts", {}, { contacts: [{ name: { formatted_name: "Sari Wijaya" } }] }],
    [
      "interactive",
      { interactive: { type: "list_reply", list_reply: { id: "a", title: "A" } }, context: "wamid.X" },
      { context: { id: "wamid.X", from: "15550100001" } },
    ],
    ["button", { text: "Confirm" }, { button: { payload: "Confirm", text: "Confirm" } }],
    ["reaction", { reaction: { message_id: "wamid.X", emoji: "👍" } }, { reaction: { emoji: "👍" } }],
    ["order", {}, { order: { catalog_id: "700100000000001" } }],
    ["system", {}, { system: { type: "user_changed_number" } }],
    ["unsupported", {}, { unsupported: { type: "poll" }, errors: [{ code: 131051 }] }],
    ["edit", { text: "better", edit: { original_message_id: "wamid.X" } }, { edit: { message: { text: { body: "better" } } } }],
    ["revoke", { revoke: { original_message_id: "wamid.X" } }, { revoke: { original_message_id: "wamid.X" } }],
    ["poll_v2", { poll_v2: { any: 1 } }, { poll_v2: { any: 1 } }],
  ])("may be of type %s", async (type, fields, expected) => {
    const { status, body } = await inbound({ type, ...fields });
    expect(status).toBe(200);
    expect(await arrived(body.wamid)).toMatchObject({ type, from: ANA, ...expected });
  });

  it("come in bulk, and name what is wrong", async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      phoneNumberId: ONE.phoneNumberId,
      from: `55119000${1000 + index}`,
      type: "text",
      text: `n${index}`,
    }));
    const response = await fetch(`${bench.sandbox.origin}/_control/inbound`, { method: "POST", body: JSON.stringify(many) });
    const wamids = ((await response.json()) as { wamid: string }[]).map((one) => one.wamid);
    expect(new Set(wamids).size).toBe(50);
    await until(() => many.every((one) => bench.receiver.messages().some((message) => message.from === one.from)));
    expect((await bench.control("inbound", { phoneNumberId: "1", from: ANA, text: "x" })).status).toBe(404);
    expect((await bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, text: "x" })).body.error).toContain("from");
    expect((await inbound({ type: "hologram" })).status).toBe(400);
  });
});

describe("receipts of the business", () => {
  it("turn the client's ticks, and typing shows", async () => {
    const { body } = await inbound({ from: "5511955550000", type: "text", text: "seen?" });
    await arrived(body.wamid);
    const chat = async () =>
      asObject(
        await (await fetch(`${bench.sandbox.origin}/phone/chat?business=${ONE.phoneNumberId}&client=5511955550000`)).json(),
      );
    await until(async () => asObject(asArray((await chat()).bubbles)[0]).state === "Delivered");
    const receipt = { messaging_product: "whatsapp", status: "read", message_id: body.wamid, typing_indicator: { type: "text" } };
    expect((await bench.graph("POST", `/${ONE.phoneNumberId}/messages`, receipt)).body).toEqual({ success: true });
    expect(await chat()).toMatchObject({ typing: true, bubbles: [{ state: "Read" }] });
    expect((await bench.graph("POST", `/${TWO.phoneNumberId}/messages`, receipt, TWO.accessToken)).status).toBe(400);
  });
});

describe("subscriptions and businesses at run time", () => {
  it("send nothing while unsubscribed, and override after a handshake", async () => {
    const path = `/${ONE.wabaId}/subscribed_apps`;
    expect((await bench.graph("DELETE", path)).body).toEqual({ success: true });
    const refused = await bench.graph("POST", path, { override_callback_uri: bench.receiver.url, verify_token: "verify" });
    expect(asObject(refused.body.error).code).toBe(100);
    await bench.graph("POST", path);
    const wrong = await bench.graph("POST", path, { override_callback_uri: bench.receiver.url, verify_token: "wrong" });
    expect(asObject(wrong.body.error).code).toBe(2200);
    expect(
      (await bench.graph("POST", path, { override_callback_uri: `${bench.receiver.url}/t/1`, verify_token: "verify" })).status,
    ).toBe(200);
    expect((await bench.graph("GET", path)).body).toMatchObject({
      data: [{ override_callback_uri: `${bench.receiver.url}/t/1` }],
    });
    await bench.graph("POST", path);
  });

  it("adds a business and refuses half of one", async () => {
    const three = {
      wabaId: "203",
      phoneNumberId: "303",
      displayPhone: "+1 555 010 0003",
      name: "Three",
      accessToken: "EAAthree",
    };
    expect((await bench.control("businesses", three)).status).toBe(200);
    expect((await bench.graph("GET", "/203/phone_numbers", undefined, "EAAthree")).body).toMatchObject({ data: [{ id: "303" }] });
    expect((await bench.control("businesses", { wabaId: "204" })).body.error).toContain("phoneNumberId, displayPhone");
  });

  it("refuses pages of other sites", async () => {
    const response = await fetch(`${bench.sandbox.origin}/_control/faults`, { headers: { origin: "https://evil.example" } });
    expect(response.status).toBe(403);
  });
});

describe("starting", () => {
  it("names every fault of the environment at once", () => {
    expect(() => parseSettings({ SANDBOX_PORT: "x" }, () => "")).toThrow(/SANDBOX_PORT.*\nSANDBOX_STATE/);
    expect(() => parseSettings({ SANDBOX_STATE: "f" }, () => '{"app":{}}')).toThrow(/id, secret and verifyToken/);
  });

  it("remembers chats, windows and the count after a restart", async () => {
    const ledgerPath = join(mkdtempSync(join(tmpdir(), "sandbox-")), "ledger.ndjson");
    const state = { app: { id: "5", secret: SECRET, verifyToken: "v" }, callbackUrl: bench.receiver.url, businesses: [ONE] };
    const first = await startSandbox({ port: 0, state, ledgerPath });
    await fetch(`${first.origin}/_control/inbound`, {
      method: "POST",
      body: JSON.stringify({ phoneNumberId: ONE.phoneNumberId, from: "44700900", type: "text", text: "before" }),
    });
    await until(() => bench.receiver.messages().some((message) => message.from === "44700900"));
    await until(() => first.context.hooks.pending.total === 0);
    await first.close();
    const second = await startSandbox({ port: 0, state, ledgerPath });
    const chat = second.context.world.findConversation(ONE.phoneNumberId, "44700900");
    expect(chat?.items).toMatchObject([{ text: "before", direction: "in", state: "delivered" }]);
    expect(chat?.lastInboundAt).toBeGreaterThan(Date.now() - 60_000);
    second.context.ledger.note({
      kind: "attempt",
      phoneNumberId: null,
      wamid: null,
      tag: null,
      to: null,
      type: "text",
      attempt: 1,
      answer: 200,
    });
    expect(second.context.ledger.since(1).startsWith('{"seq":2,')).toBe(true);
    await second.close();
  });
});
