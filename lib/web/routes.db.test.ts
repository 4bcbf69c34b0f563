import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession } from "@/lib/identity";
import { listMessages } from "@/lib/inbox";
import { asId } from "@/lib/kernel/ids";
import { createMatter } from "@/lib/matters";
import { shareOnboarding, startOnboarding } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { linkCookieHeader } from "@/lib/web/link-cookie";
import { setCookieHeader } from "@/lib/web/session-cookie";

const ROOT = path.resolve(import.meta.dirname, "../..");
const ORIGIN = "http://127.0.0.1:3999";
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
interface Found {
  file: string;
  address: string;
  method: (typeof METHODS)[number];
  source: string;
  handler: Handler;
}

const files = fs
  .readdirSync(path.join(ROOT, "app"), { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith("route.ts"))
  .filter((f) => !f.includes("[...nextauth]") && !fs.readFileSync(path.join(ROOT, "app", f), "utf8").includes("webhook("))
  .map((f) => path.join("app", f));

const found: Found[] = [];
let org: MadeOrganisation;
let stranger: MadeOrganisation;
let ids: Record<string, string>;
const cookies: Record<string, string> = {};

async function signIn(who: MadeOrganisation, role: "owner" | "agent"): Promise<string> {
  const user = who.users.find((u) => u.role === role);
  if (!user) throw new Error("no user");
  return ((await setCookieHeader(await openSession(user.id, "test", new Date()))).split(";")[0] ?? "").trim();
}

beforeAll(async () => {
  process.env.NEXTAUTH_URL = ORIGIN; // house: a test plays the launcher
  process.env.WEBHOOK_PUBLIC_URL = ORIGIN;
  const people = [
    { name: "Olivia", role: "owner" as const },
    { name: "Agung", role: "agent" as const },
  ];
  [org, stranger] = await Promise.all([makeOrganisation({ users: people }), makeOrganisation({ users: people })]);
  const channel = org.channels[0];
  if (!channel) throw new Error("no channel");
  const chat = await makeChat(org.id, channel, {
    phone: "628111",
    name: "Rahasia",
    lines: [{ from: "client", ago: 5, text: "kata-rahasia" }],
  });
  const [message] = (await listMessages(ctxOf(org, "owner"), { conversationId: chat.conversationId })).items;
  const matter = await createMatter(ctxOf(org, "owner"), { title: "Perkara kata-rahasia" });
  ids = {
    conversationId: chat.conversationId,
    messageId: message?.id ?? "",
    channelId: channel.id,
    matterId: matter.id,
    userId: org.users[1]?.id ?? "",
  };
  cookies.owner = await signIn(org, "owner");
  cookies.agent = await signIn(org, "agent");
  cookies.stranger = await signIn(stranger, "owner");
  const sessionId = (await startOnboarding(ctxOf(org, "owner"), { path: "new" })).id;
  const { url } = await shareOnboarding(ctxOf(org, "owner"), { sessionId });
  cookies.guest = linkCookieHeader(new URL(url).hash.slice(1), 60).split(";")[0] ?? "";
  for (const file of files) {
    const source = fs.readFileSync(path.join(ROOT, file), "utf8");
    const module = (await import(path.join(ROOT, file))) as Record<string, Handler>;
    const address = `/${path.dirname(file).replace(/^app\//, "")}`;
    for (const method of METHODS) if (module[method]) found.push({ file, address, method, source, handler: module[method] });
  }
});
afterAll(async () => {
  await closeJobs();
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

const BODIES: Record<string, object> = {
  "/api/conversations/[conversationId]/messages": { requestId: randomUUID(), text: "x" },
  "/api/conversations/[conversationId]/read": { messageId: randomUUID() },
  "/api/conversations/[conversationId]/assignee": { userId: null },
  "/api/conversations/[conversationId]/status": { status: "resolved" },
  "/api/conversations/[conversationId]/draft": { text: "x" },
  "/api/conversations/[conversationId]/matter": { matterId: null, from: "part" },
  "/api/conversations/[conversationId]/privilege": { privileged: false },
  "/api/matters": { title: "x" },
  "/api/matters/search": { q: "kata" },
  "/api/matters/[matterId]": { title: "x" },
  "/api/matters/[matterId]/wall": { walled: false },
  "/api/matters/[matterId]/people/[userId]": { access: "member" },
  "/api/settings/matter-word": { word: "matter" },
  "/api/messages/[messageId]/resend": { requestId: randomUUID() },
  "/api/onboarding": { path: "new" },
  "/api/onboarding/manual": {
    appId: "12345",
    appSecret: "s".repeat(32),
    token: "t".repeat(40),
    wabaId: "12345",
    phoneNumberId: "12345",
  },
  "/api/settings/own-apps": { appId: "12345", appSecret: "s".repeat(32) },
  "/api/onboarding/[sessionId]/report": { state: "s".repeat(43), code: null, event: null },
  "/api/onboarding/[sessionId]/choose": { wabaId: "1" },
  "/api/onboarding/[sessionId]/decide": { approve: true },
  "/api/onboarding/claim": { wabaId: "1" },
  "/api/onboarding/code/[claimId]/decide": { approve: true },
  "/api/connect/[sessionId]/choose": { wabaId: "1" },
  "/api/connect/[sessionId]/report": { state: "s".repeat(43), code: null, event: null },
  "/api/search": { q: "kata" },
  "/api/session/organisation": { organisationId: randomUUID() },
  "/api/session/confirm": { password: "x" },
  "/api/settings/numbers/[channelId]/disconnect": { reason: "x" },
};
function call(
  route: Found,
  cookie: string | undefined,
  more: { headers?: Record<string, string>; body?: string; params?: Record<string, string> } = {},
) {
  const params =
    more.params ??
    Object.fromEntries([...route.address.matchAll(/\[(\w+)\]/g)].map((m) => [m[1] ?? "", ids[m[1] ?? ""] ?? randomUUID()]));
  const url = ORIGIN + route.address.replace(/\[(\w+)\]/g, (_, k: string) => params[k] ?? "");
  const controller = new AbortController();
  const headers = {
    origin: ORIGIN,
    "content-type": "application/json",
    "x-parley": "1",
    ...(cookie ? { cookie } : {}),
    ...more.headers,
  };
  const body = route.method === "GET" ? undefined : (more.body ?? JSON.stringify(BODIES[route.address] ?? {}));
  const answer = route.handler(new Request(url, { method: route.method, headers, body, signal: controller.signal }), {
    params: Promise.resolve(params),
  });
  return { answer, end: () => controller.abort() };
}
async function statusOf(route: Found, cookie: string | undefined, more?: Parameters<typeof call>[2]) {
  const { answer, end } = call(route, cookie, more);
  const response = await answer;
  const text = response.headers.get("content-type")?.includes("event-stream") ? "" : await response.text();
  end();
  return { status: response.status, text, type: response.headers.get("content-type") ?? "" };
}
const accessOf = ({ method, source }: Found) =>
  new RegExp(`export const ${method} = route\\([^"]*?access: "([a-z.]+)"`).exec(source)?.[1] ?? "";
/** Who may pass a route's door: its own organisation's owner, or who holds the link. */
const keyTo = (route: Found) => (accessOf(route) === "link" ? cookies.guest : cookies.owner);
/** Addresses of other installations only are not here at all; they have a test of their own. */
const elsewhere = (route: Found) => /onlyIn: /.test(route.source);
const closed = () => found.filter((r) => !["public", "provider"].includes(accessOf(r)) && !elsewhere(r));

const FORGED: Record<string, string>[] = [
  { origin: "https://evil.example" },
  { "x-parley": "0" },
  { "content-type": "text/plain" },
  { "sec-fetch-site": "cross-site" },
];

describe("every route", () => {
  test("is found and declares its door", () => {
    expect(found.length).toBeGreaterThan(20);
    for (const route of found) expect(accessOf(route), route.file).not.toBe("");
  });

  test("refuses nobody: no session, a made-up cookie, a revoked session", async () => {
    const revoked = await signIn(org, "owner");
    await poolOf("owner").query(
      "update sessions set revoked_at = now() where user_id = $1 and created_at > now() - interval '5 seconds' and id_hash = (select id_hash from sessions where user_id = $1 order by created_at desc limit 1)",
      [org.users[0]?.id],
    );
    for (const route of closed()) {
      for (const cookie of [undefined, "parley=abc", revoked]) {
        const { status, text, type } = await statusOf(route, cookie);
        expect([status, type], `${route.method} ${route.address}`).toEqual([401, "application/problem+json"]);
        expect(JSON.parse(text)).toMatchObject({ code: "unauthenticated", requestId: expect.any(String) });
      }
    }
  });

  test("shows a stranger's tenant nothing: ids in an address are 404, lists are empty of it", async () => {
    for (const route of closed()) {
      if (route.address.startsWith("/api/session/sign-out")) continue;
      const { status, text } = await statusOf(route, cookies.stranger);
      if (/\[/.test(route.address) && accessOf(route) !== "link") expect(status, `${route.method} ${route.address}`).toBe(404);
      for (const secret of ["kata-rahasia", "Rahasia", ids.conversationId ?? "-", org.name])
        expect(text, route.address).not.toContain(secret);
    }
  });

  test("answers 404 for an id that is no id", async () => {
    for (const route of closed().filter((r) => /\[/.test(r.address))) {
      const params = Object.fromEntries([...route.address.matchAll(/\[(\w+)\]/g)].map((m) => [m[1] ?? "", "../../etc"]));
      expect((await statusOf(route, keyTo(route), { params })).status, route.address).toBe(404);
    }
  });

  test("refuses a lesser role what its permission does not hold", async () => {
    const forAdmins = closed().filter((r) => ["settings.webhook", "templates.sync", "numbers.connect"].includes(accessOf(r)));
    expect(forAdmins.length).toBeGreaterThan(2);
    for (const route of forAdmins) {
      expect((await statusOf(route, cookies.agent)).status, route.address).toBe(403);
    }
  });

  test("refuses changes another site could make", async () => {
    for (const route of closed().filter((r) => r.method !== "GET")) {
      for (const headers of FORGED) {
        const { status, text } = await statusOf(route, keyTo(route), { headers });
        expect([status, JSON.parse(text).detail], `${route.method} ${route.address}`).toEqual([403, "cross_site"]);
      }
    }
  });

  test("names the field of bad input and refuses keys that reach a prototype", async () => {
    for (const route of closed().filter((r) => r.method !== "GET" && r.source.includes("body"))) {
      for (const body of ["{", '{"unknownKey":1}', '{"__proto__":{"x":1}}', "[]"]) {
        const { status, text } = await statusOf(route, keyTo(route), { body });
        expect(status, `${route.method} ${route.address} ${body}`).toBe(422);
        expect(Object.keys(JSON.parse(text).fields ?? {}).length).toBeGreaterThan(0);
      }
    }
  });
});

test("a search is asked in a body, never in an address", async () => {
  const search = found.filter((r) => r.address === "/api/search");
  expect(search.map((r) => r.method)).toEqual(["POST"]);
  const { status, text } = await statusOf(search[0] as Found, cookies.owner, { body: JSON.stringify({ q: "Rahasia" }) });
  expect([status, Array.isArray(JSON.parse(text).items)]).toEqual([200, true]);
});

test("live looks at numbers are counted per organisation, what is kept is read freely", async () => {
  const route = found.find((r) => r.address === "/api/v1/whatsapp/check-connection") as Found;
  const look = async (query: string) => {
    const request = new Request(`${ORIGIN}${route.address}${query}`, { headers: { cookie: cookies.owner ?? "" } });
    return (await route.handler(request, { params: Promise.resolve({}) })).status;
  };
  const statuses: number[] = [];
  for (let n = 0; n < 11; n++) statuses.push(await look("?fresh=1"));
  expect(statuses).toEqual([...Array(10).fill(200), 429]);
  expect([await look(""), await look("?fresh=yes"), await look("?channelId=1")]).toEqual([200, 422, 422]);
});

test("what makes work at the provider is counted for an organisation, whoever asks", async () => {
  const people = ["Olivia", "Osman"].map((name) => ({ name, role: "owner" as const }));
  const busy = await makeOrganisation({ users: people });
  const cookie = await Promise.all(
    busy.users.map(async (u) =>
      ((await setCookieHeader(await openSession(u.id, "test", new Date()))).split(";")[0] ?? "").trim(),
    ),
  );
  for (const step of ["", "/press", "/report", "/retry", "/choose"]) {
    const address = step ? `/api/onboarding/[sessionId]${step}` : "/api/onboarding";
    const ask = found.find((r) => r.address === address && r.method === "POST") as Found;
    const points = Number(/points: (\d+)/.exec(ask.source)?.[1]);
    const asked: number[] = [];
    for (let n = 0; n <= points; n++) asked.push((await statusOf(ask, cookie[n % 2])).status);
    expect([asked.indexOf(429), asked.length], address).toEqual([points, points + 1]);
    expect((await statusOf(ask, cookie[points % 2 ? 0 : 1])).status, address).toBe(429);
    expect((await statusOf(ask, cookies.owner)).status, address).not.toBe(429);
  }
}, 60_000);

test("sign-out kills the session at once", async () => {
  const cookie = await signIn(org, "agent");
  const byAddress = (address: string, method: string) => found.find((r) => r.address === address && r.method === method) as Found;
  expect((await statusOf(byAddress("/api/session", "GET"), cookie)).status).toBe(200);
  expect((await statusOf(byAddress("/api/session/sign-out", "POST"), cookie)).status).toBe(200);
  expect((await statusOf(byAddress("/api/session", "GET"), cookie)).status).toBe(401);
});

test("moving to another organisation makes a new session there and ends the old one", async () => {
  const user = org.users[0];
  await poolOf("owner").query("insert into memberships (org_id, user_id, role) values ($1, $2, 'agent') on conflict do nothing", [
    stranger.id,
    user?.id,
  ]);
  const cookie = await signIn(org, "owner");
  const move = found.find((r) => r.address === "/api/session/organisation") as Found;
  const { answer } = call(move, cookie, { body: JSON.stringify({ organisationId: stranger.id }) });
  const response = await answer;
  expect(response.status).toBe(200);
  const moved = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const list = found.find((r) => r.address === "/api/conversations" && r.method === "GET") as Found;
  expect((await statusOf(list, cookie)).status).toBe(401);
  expect(JSON.parse((await statusOf(list, moved)).text).items).toEqual([]);
  expect(asId("organisation", stranger.id)).toBe(stranger.id);
});
