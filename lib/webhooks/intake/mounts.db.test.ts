import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { env } from "@/lib/platform/env";
import { closePools, poolOf } from "@/lib/platform/pool";
import { readyIntake, sign } from "@/lib/testing/webhooks";
import { webhook } from "@/lib/web/webhook";
import { MAX_BODY, MOST_PIECES_OF_BODY, MOST_READING, webhookListener } from "@/lib/webhooks/intake";

const PREVIOUS = "the-secret-before-this-one";
let server: http.Server;
let base: string;

beforeAll(async () => {
  process.env.META_APP_SECRET_PREVIOUS = PREVIOUS; // house: a test plays the launcher
  await readyIntake();
  server = http.createServer(webhookListener((_req, res) => res.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await closePools();
});

type Mount = (path: string, init?: RequestInit) => Promise<Response>;
const next = webhook();
const MOUNTS: [string, Mount][] = [
  ["the receiver", (path, init) => fetch(base + path, init)],
  ["the Next route", (path, init) => next(new Request(`http://next.test${path}`, init))],
];
const PATH = "/api/webhooks/whatsapp";
const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json", ...headers },
});
const signed = (body: string, secret?: string) => post(body, { "x-hub-signature-256": sign(body, secret) });
const stored = async (marker: string) =>
  (
    await poolOf("owner").query("select repeats from webhook_deliveries where body_sha256 = sha256($1::bytea)", [
      Buffer.from(marker),
    ])
  ).rows as { repeats: number }[];
const query = (token: string, mode = "subscribe") =>
  `${PATH}?${new URLSearchParams({ "hub.mode": mode, "hub.challenge": "1158201444", "hub.verify_token": token })}`;

describe.each(MOUNTS)("%s", (_name, mount) => {
  test("answers the handshake with the bare challenge, and only with the right token and mode", async () => {
    const good = await mount(query(env().META_WEBHOOK_VERIFY_TOKEN));
    expect([good.status, await good.text()]).toEqual([200, "1158201444"]);
    for (const path of [query("wrong"), query(""), query(env().META_WEBHOOK_VERIFY_TOKEN, "unsubscribe"), PATH]) {
      const bad = await mount(path);
      expect([bad.status, await bad.text()]).toEqual([403, ""]);
    }
  });

  test("stores a signed body once and counts its repeats", async () => {
    const body = JSON.stringify({ marker: randomUUID(), text: "\u00e7\u00e3o / <b>" });
    for (let i = 0; i < 3; i++) expect((await mount(PATH, signed(body))).status).toBe(200);
    expect(await stored(body)).toEqual([{ repeats: 2 }]);
  });

  test("takes the previous secret during rotation, refuses any other, and stores nothing it refused", async () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((n) => JSON.stringify({ n, marker: randomUUID() })) as [string, string, string, string];
    expect((await mount(PATH, signed(a, PREVIOUS))).status).toBe(200);
    expect((await mount(PATH, signed(b, "neither-of-the-two"))).status).toBe(401);
    expect((await mount(PATH, post(c))).status).toBe(401);
    expect((await mount(PATH, post(d, { "x-hub-signature-256": sign(`${d} `) }))).status).toBe(401);
    expect((await Promise.all([a, b, c, d].map(stored))).map((rows) => rows.length)).toEqual([1, 0, 0, 0]);
  });

  test("verifies raw bytes: escapes and their plain form are different bodies", async () => {
    const escaped = `{"marker":"${randomUUID()}","t":"\\u00e7\\/"}`;
    expect((await mount(PATH, signed(escaped))).status).toBe(200);
    expect((await mount(PATH, post(JSON.stringify(JSON.parse(escaped)), { "x-hub-signature-256": sign(escaped) }))).status).toBe(
      401,
    );
  });

  test("refuses a body over the cap with 413, however it is sent", async () => {
    const body = "x".repeat(MAX_BODY + 1);
    expect((await mount(PATH, signed(body))).status).toBe(413);
    const atTheCap = `"${randomUUID()}${"y".repeat(MAX_BODY - 38)}"`;
    expect(Buffer.byteLength(atTheCap)).toBe(MAX_BODY);
    expect((await mount(PATH, signed(atTheCap))).status).toBe(200);
  });

  test("knows its aliases, and nothing else", async () => {
    for (const path of ["/api/webhooks/whatsapp/meta", "/api/whatsapp/webhook", "/api/v1/whatsapp/webhook", `${PATH}/`]) {
      expect((await mount(path, signed(JSON.stringify({ marker: randomUUID() })))).status, path).toBe(200);
    }
    for (const path of ["/api/webhooks/other", `${PATH}/t/${"k".repeat(24)}`, "/api/"]) {
      expect((await mount(path, signed("{}"))).status, path).toBe(404);
    }
    expect((await mount(PATH, { method: "DELETE" })).status).toBe(405);
  });
});

test("a body sent in pieces over a slow socket is taken whole", async () => {
  const body = JSON.stringify({ marker: randomUUID() });
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("data", (d) => {
      resolve(d.toString());
      socket.destroy();
    });
    socket.on("error", reject);
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Hub-Signature-256: ${sign(body)}\r\n\r\n${body.slice(0, 5)}`,
    );
    setTimeout(() => socket.write(body.slice(5)), 60);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect((await stored(body)).length).toBe(1);
});

test("stalled strangers who fill the memory are ended one by one, and a signed webhook is taken", async () => {
  const { port } = server.address() as AddressInfo;
  const answers: string[] = [];
  const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${MAX_BODY}\r\n\r\n`;
  const piece = Buffer.alloc(MAX_BODY - 1, "x");
  const sockets = Array.from({ length: MOST_READING / MAX_BODY + 4 }, () => net.connect(port, "127.0.0.1"));
  for (const socket of sockets) {
    socket.on("data", (d) => answers.push(d.toString()));
    socket.on("error", () => {});
    await new Promise<void>((resolve) => socket.write(head, () => socket.write(piece, () => resolve())));
  }
  const body = JSON.stringify({ marker: randomUUID() });
  expect((await fetch(base + PATH, signed(body))).status).toBe(200);
  expect((await stored(body)).length).toBe(1);
  await vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(3), 10_000);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408.*connection: close/is);
  for (const socket of sockets) socket.destroy();
});

test("a body that comes byte by byte is refused long before it fills the memory", async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    let said = "";
    socket.on("data", (d) => {
      said += d.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(said));
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.write("1\r\na\r\n".repeat(MOST_PIECES_OF_BODY + 10));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413/);
});
