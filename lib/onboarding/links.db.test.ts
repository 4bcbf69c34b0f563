import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as choose } from "@/app/api/connect/[sessionId]/choose/route";
import { POST as press } from "@/app/api/connect/[sessionId]/press/route";
import { POST as report } from "@/app/api/connect/[sessionId]/report/route";
import { GET as look } from "@/app/api/connect/[sessionId]/route";
import { POST as openHere } from "@/app/api/connect/route";
import { GET as inbox } from "@/app/api/conversations/route";
import { newId } from "@/lib/kernel/ids";
import {
  cancelOnboarding,
  getNumbers,
  getOnboarding,
  openLink,
  pressConnect,
  shareOnboarding,
  startOnboarding,
  unshareOnboarding,
} from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { advance, begin, closeAll, type Desk, eventOf, goTo, metaSettings, signup } from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const ORIGIN = "http://127.0.0.1:3999";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000009", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id), { NEXTAUTH_URL: ORIGIN }); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});

const share = async (desk: Desk) => {
  const { url } = await shareOnboarding(desk.ctx, desk);
  const { origin, pathname, search, hash } = new URL(url);
  expect([origin, pathname, search]).toEqual([ORIGIN, "/connect", ""]); // the secret stands where no server sees it
  return hash.slice(1);
};
type Handler = typeof press;
const ask = (handler: Handler, cookie: string | null, body?: object, sessionId = newId("onboarding")) =>
  handler(
    new Request(`${ORIGIN}/api/connect`, {
      method: body ? "POST" : "GET",
      headers: {
        origin: ORIGIN,
        "content-type": "application/json",
        "x-parley": "1",
        ...(cookie === null ? {} : { cookie }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
    { params: Promise.resolve({ sessionId }) },
  );
async function comeBy(link: string): Promise<string> {
  const answer = await ask(openHere, null, { link });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
  return cookie.split(";")[0] ?? "";
}

test("somebody without an account finishes the journey by its link, and the proof names the organisation that shared it", async () => {
  const desk = await begin();
  const cookie = await comeBy(await share(desk));
  const s = await signup({ flow: "new" });
  const pressed = await (await ask(press, cookie, {}, desk.sessionId)).json();
  const answer = await ask(report, cookie, { state: pressed.state, code: s.code, event: eventOf(s) }, desk.sessionId);
  expect(answer.status).toBe(200);
  await advance(desk);
  expect(await (await ask(look, cookie, undefined, desk.sessionId)).json()).toMatchObject({
    state: "done",
    number: { name: expect.any(String) },
  });
  expect((await getNumbers(desk.ctx)).numbers).toHaveLength(1);
  const { rows } = await poolOf("owner").query(
    "select actor, actor_id is not null as by_link from audit_entries where org_id = $1 and action = 'onboarding.token_obtained'",
    [desk.org.id],
  );
  expect(rows).toEqual([{ actor: "guest", by_link: true }]);
});

test("a press belongs to the browser that made it: another who holds the same link cannot use it", async () => {
  const desk = await begin();
  const link = await share(desk);
  const [one, two] = [await comeBy(link), await comeBy(link)];
  const s = await signup({ flow: "new" });
  const { state } = await (await ask(press, one, {}, desk.sessionId)).json();
  const refused = await ask(report, two, { state, code: s.code, event: null }, desk.sessionId);
  expect([refused.status, (await refused.json()).detail]).toEqual([412, "state_refused"]);
});

test("the link opens its journey and nothing else", async () => {
  const desk = await begin();
  const other = await begin("new", desk.org);
  const cookie = await comeBy(await share(desk));
  expect((await ask(inbox, cookie)).status).toBe(401);
  // another link was opened in this browser since: a page goes on with its own journey or not at all
  for (const handler of [look, press])
    expect((await ask(handler, cookie, handler === look ? undefined : {}, other.sessionId)).status).toBe(404);
  const guest = await openLink(cookie.split("=")[1]?.split(".")[0] ?? "", "test", new Date());
  if (!guest) throw new Error("no guest");
  await expect(getOnboarding(guest, other)).rejects.toMatchObject({ code: "not_found" });
  await expect(pressConnect(guest, { ...other, browser: "b" })).rejects.toMatchObject({ code: "not_found" });
  for (const refused of [
    getNumbers(guest),
    cancelOnboarding(guest, desk),
    shareOnboarding(guest, desk),
    unshareOnboarding(guest, desk),
    startOnboarding(guest, { path: "new" }),
  ])
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
});

test("a link that was ended, replaced or whose time has passed opens nothing; neither does one that was made up", async () => {
  const desk = await begin();
  const first = await share(desk);
  const second = await share(desk);
  expect((await ask(openHere, null, { link: first })).status).toBe(404);
  const cookie = await comeBy(second);
  await unshareOnboarding(desk.ctx, desk);
  for (const handler of [look, press, report, choose])
    expect((await ask(handler, cookie, handler === look ? undefined : {}, desk.sessionId)).status).toBe(401);
  const third = await share(desk);
  await poolOf("owner").query("update onboarding_links set expires_at = now() where org_id = $1", [desk.org.id]);
  expect((await ask(openHere, null, { link: third })).status).toBe(404);
  expect((await ask(openHere, null, { link: "x".repeat(43) })).status).toBe(404);
  const fourth = await share(desk);
  await cancelOnboarding(desk.ctx, desk);
  expect((await ask(openHere, null, { link: fourth })).status).toBe(404);
});

test("of the link only a digest is kept, and it lives no longer than its journey", async () => {
  const desk = await begin();
  await poolOf("owner").query("update onboarding_sessions set expires_at = now() + interval '1 hour' where org_id = $1", [
    desk.org.id,
  ]);
  const link = await share(desk);
  const { rows } = await poolOf("owner").query(
    "select l::text as line, l.expires_at <= s.expires_at as within from onboarding_links l join onboarding_sessions s on s.org_id = l.org_id and s.id = l.session_id where l.org_id = $1",
    [desk.org.id],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0].within).toBe(true);
  expect(rows[0].line).not.toContain(link);
});

test("a stranger cannot share or see another organisation's journey", async () => {
  const desk = await begin();
  const stranger = ctxOf(await makeOrganisation({ channels: [] }), "owner");
  await expect(shareOnboarding(stranger, desk)).rejects.toMatchObject({ code: "not_found" });
  await expect(getOnboarding(stranger, { sessionId: newId("onboarding") })).rejects.toMatchObject({ code: "not_found" });
  await getOnboarding(desk.ctx, desk); // kept in Redis now
  await expect(getOnboarding(stranger, desk)).rejects.toMatchObject({ code: "not_found" });
});
