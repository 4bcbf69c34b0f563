import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chunksOf } from "./accounts/coexistence";
import { signedRequest } from "./control/signed-request";
import { asArray, asObject, type JsonObject } from "./json";
import { ANA, type Bench, errorOf, ONE, SECRET, type Signed, startBench, until } from "./testing";

let bench: Bench;
let now = Date.now();
beforeAll(async () => {
  bench = await startBench({ now: () => now });
});
afterAll(() => bench.close());

async function merchant(): Promise<Signed> {
  const signed = await bench.signUp({ flow: "coexistence" });
  await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
  return signed;
}
const sync = ({ phoneNumberId, token }: Signed, sync_type: string) =>
  bench.graph("POST", `/${phoneNumberId}/smb_app_data`, { messaging_product: "whatsapp", sync_type }, token);
const changesOf = (field: string, { phoneNumberId }: Signed): JsonObject[] =>
  bench.receiver
    .changes(field)
    .map(({ value }) => value)
    .filter((value) => asObject(value.metadata).phone_number_id === phoneNumberId);
const rows = (values: JsonObject[], name: string) => values.flatMap((value) => asArray(value[name]).map(asObject));

describe("a synchronisation", () => {
  it("sends contacts and history, each once, within 24 hours", async () => {
    const signed = await merchant();
    await bench.control("coexistence", {
      phoneNumberId: signed.phoneNumberId,
      contacts: 60,
      history: { messages: 30, chunk: 10, media: 1 },
    });
    expect((await sync(signed, "smb_app_state_sync")).body).toEqual({
      messaging_product: "whatsapp",
      request_id: expect.any(String),
    });
    await until(() => rows(changesOf("smb_app_state_sync", signed), "state_sync").length === 60);
    expect(rows(changesOf("smb_app_state_sync", signed), "state_sync")[0]).toMatchObject({
      type: "contact",
      action: "add",
      contact: { full_name: "Ana Souza", first_name: "Ana", phone_number: "5511970000000" },
    });
    expect(errorOf(await sync(signed, "smb_app_state_sync"))).toBe("2593107");
    expect((await sync(signed, "history")).status).toBe(200);
    await until(() => rows(changesOf("history", signed), "messages").length === 1);
    const parts = rows(changesOf("history", signed), "history");
    expect(parts.at(-1)).toMatchObject({ metadata: { phase: 2, progress: 100 } });
    const placeholder = parts
      .flatMap((one) => asArray(one.threads).map(asObject))
      .flatMap((one) => asArray(one.messages).map(asObject));
    const [media] = rows(changesOf("history", signed), "messages");
    expect(placeholder.find((one) => one.id === media?.id)?.type).toBe("media_placeholder");
    const file = await bench.graph("GET", `/${String(asObject(media?.image).id)}`, undefined, signed.token);
    expect(file.body.mime_type).toBe("image/png");
    expect(errorOf(await sync(signed, "nothing"))).toBe("100");
  });

  it("is refused when late, and for numbers without the app", async () => {
    const signed = await merchant();
    now += 24 * 3_600_000 + 1;
    expect(errorOf(await sync(signed, "history"))).toBe("2593108");
    const plain = await bench.signUp();
    expect(errorOf(await sync(plain, "history"))).toBe("100");
  });

  it("says so when the merchant does not share", async () => {
    const signed = await merchant();
    await bench.control("coexistence", { phoneNumberId: signed.phoneNumberId, history: { declined: true } });
    await sync(signed, "history");
    await until(() => changesOf("history", signed).length === 1);
    expect(rows(changesOf("history", signed), "history")).toMatchObject([{ errors: [{ code: 2593109 }] }]);
  });

  it("sends given contacts, removed ones without a name", async () => {
    const signed = await merchant();
    const contacts = [
      { name: "Ana Souza", phone: ANA },
      { name: "Zé", phone: "+55 11 1", action: "remove" },
    ];
    await bench.control("coexistence", { phoneNumberId: signed.phoneNumberId, contacts });
    await sync(signed, "smb_app_state_sync");
    await until(() => changesOf("smb_app_state_sync", signed).length === 1);
    expect(rows(changesOf("smb_app_state_sync", signed), "state_sync").map((one) => [one.action, one.contact])).toEqual([
      ["add", { full_name: "Ana Souza", first_name: "Ana", phone_number: ANA }],
      ["remove", { phone_number: "55111" }],
    ]);
  });

  it("carries 10,000 messages, shuffled and repeated, a few webhooks at a time", async () => {
    const signed = await merchant();
    const history = { messages: 10_000, threads: 50, chunk: 100, shuffle: true, repeat: 0.3, seed: "7", media: 0 };
    await bench.control("coexistence", { phoneNumberId: signed.phoneNumberId, history });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, bench.sandbox.context.hooks.pending.total);
    }, 1);
    const seen = new Set<unknown>();
    const orders: string[] = [];
    let read = bench.receiver.deliveries.length;
    const end = Date.now() + 15_000;
    await sync(signed, "history");
    while (seen.size < 10_000 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (; read < bench.receiver.deliveries.length; read++) {
        const value = asObject(
          asObject(asArray(asObject(asArray(bench.receiver.deliveries[read]?.body.entry)[0]).changes)[0]).value,
        );
        for (const part of asArray(value.history).map(asObject)) {
          const { phase, chunk_order } = asObject(part.metadata);
          orders.push(`${phase}/${chunk_order}`);
          for (const thread of asArray(part.threads).map(asObject))
            for (const one of asArray(thread.messages)) seen.add(asObject(one).id);
        }
      }
    }
    clearInterval(watch);
    expect(seen.size).toBe(10_000);
    expect(most).toBeLessThanOrEqual(8);
    expect(orders.length).toBeGreaterThan(new Set(orders).size);
    expect(orders).not.toEqual([...orders].sort());
  });

  it("cuts no chunk across phases", () => {
    const chunks = chunksOf({ messages: 1000, chunk: 64 });
    expect(chunks.map((one) => one.from).slice(1)).toEqual(chunks.map((one) => one.to).slice(0, -1));
    expect(chunks.at(-1)).toMatchObject({ to: 1000, progress: 100, phase: 2 });
    expect(new Set(chunks.map((one) => `${one.phase}/${one.order}`)).size).toBe(chunks.length);
    expect(chunksOf({ messages: 0, chunk: 10 })).toEqual([]);
  });
});

describe("a message on the merchant's phone", () => {
  it("is echoed, and stands in the client's chat", async () => {
    const signed = await merchant();
    const { body } = await bench.control("echo", { phoneNumberId: signed.phoneNumberId, to: ANA, text: "Já te respondo" });
    await until(() => changesOf("smb_message_echoes", signed).length === 1);
    expect(rows(changesOf("smb_message_echoes", signed), "message_echoes")).toMatchObject([
      { id: body.wamid, to: ANA, type: "text", text: { body: "Já te respondo" } },
    ]);
    expect(bench.sandbox.context.world.findConversation(signed.phoneNumberId, ANA)?.items).toMatchObject([{ direction: "out" }]);
    expect((await bench.control("echo", { phoneNumberId: ONE.phoneNumberId, to: ANA, text: "x" })).status).toBe(409);
  });

  it("shares its line with the API: 20 a second", async () => {
    const { phoneNumberId, token } = await merchant();
    now = Math.ceil(now / 1000) * 1000;
    const text = { messaging_product: "whatsapp", type: "text", text: { body: "x" } };
    const send = (i: number) => bench.graph("POST", `/${phoneNumberId}/messages`, { ...text, to: `5511900${i}` }, token);
    const answers = await Promise.all(Array.from({ length: 21 }, (_, i) => send(i)));
    expect(answers.map(errorOf).filter((code) => code === "130429")).toHaveLength(1);
  });

  it("stops with the device, and comes back", async () => {
    const signed = await merchant();
    const status = async () =>
      (await bench.graph("GET", `/${signed.phoneNumberId}?fields=status`, undefined, signed.token)).body.status;
    await bench.control("partner", { event: "ACCOUNT_OFFBOARDED", wabaId: signed.wabaId });
    expect(await status()).toBe("DISCONNECTED");
    await bench.control("partner", { event: "ACCOUNT_RECONNECTED", wabaId: signed.wabaId });
    expect(await status()).toBe("CONNECTED");
  });
});

describe("signed requests", () => {
  it("are posted as a form, signed as asked", async () => {
    const got: string[] = [];
    const server = http.createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => {
        got.push(new URLSearchParams(text).get("signed_request") ?? "");
        response.end(JSON.stringify({ url: "https://app.test/deletion/ab12", confirmation_code: "ab12" }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/deletion`;
    const signed = await bench.signUp();
    const { userId } = [...bench.sandbox.context.world.tokens.values()].find((one) => one.token === signed.token) ?? {};
    const answer = await bench.control("data-deletion", { userId, url });
    expect(answer.body).toEqual({ status: 200, body: { url: "https://app.test/deletion/ab12", confirmation_code: "ab12" } });
    expect(got[0]).toBe(signedRequest(SECRET, String(userId), "good", now));
    await bench.control("deauthorize", { userId, url, sign: "bad" });
    expect((await bench.graph("GET", `/${signed.wabaId}`, undefined, signed.token)).status).toBe(200);
    await bench.control("deauthorize", { userId, url, sign: "expired" });
    const claims = JSON.parse(Buffer.from(got[2]?.split(".")[1] ?? "", "base64url").toString()) as { expires: number };
    expect(claims.expires * 1000).toBeLessThan(now);
    await bench.control("deauthorize", { userId, url });
    expect(errorOf(await bench.graph("GET", `/${signed.wabaId}`, undefined, signed.token))).toBe("190/458");
    expect((await bench.control("deauthorize", { userId, sign: "no" })).status).toBe(400);
    expect((await bench.control("deauthorize", { userId, url: "http://127.0.0.1:9/none" })).body).toEqual({
      status: 0,
      body: null,
    });
    server.close();
  });
});
