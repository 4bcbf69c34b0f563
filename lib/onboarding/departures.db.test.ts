import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as deletion } from "@/app/api/webhooks/meta/data-deletion/route";
import { POST as deauthorize } from "@/app/api/webhooks/meta/deauthorize/route";
import { handleDepartures, readDeparture } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { closePools, poolOf } from "@/lib/platform/pool";
import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { signedRequest } from "@/sandbox/control/signed-request";

beforeAll(() => {
  process.env.NEXTAUTH_URL ??= "http://127.0.0.1:3999"; // house: a test plays the launcher
});
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
});

const owner = () => poolOf("owner");
let next = Date.now();
const newUser = () => String(next++);
const asked = (userId: string, sign = "good") => signedRequest(env().META_APP_SECRET, userId, sign, Date.now());
const post = (handler: typeof deletion, body: string) =>
  handler(
    new Request("http://127.0.0.1/api/webhooks/meta/x", {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
    {
      params: Promise.resolve({}),
    },
  );
const form = (signed: string) => new URLSearchParams({ signed_request: signed }).toString();
const connect = (org: MadeOrganisation, userId: string) =>
  owner().query("update channels set token_user_id = $2 where org_id = $1", [org.id, userId]);
const channelOf = async (org: MadeOrganisation) =>
  (
    await owner().query<{ status: string; token: boolean; user: string | null }>(
      "select status, access_token_sealed is not null as token, token_user_id as user from channels where org_id = $1",
      [org.id],
    )
  ).rows[0];

test("a deletion is kept at once, carried out by the worker for each number it concerns, and shown under its code", async () => {
  const [one, two, other] = [await makeOrganisation(), await makeOrganisation(), await makeOrganisation()];
  const userId = newUser();
  await connect(one, userId);
  await connect(two, userId);
  await connect(other, newUser());
  const signed = form(asked(userId));
  const response = await post(deletion, signed);
  expect(response.status).toBe(200);
  const answer = await response.json();
  expect(answer).toEqual({
    url: `${new URL(env().NEXTAUTH_URL).origin}/deletion/${answer.confirmation_code}`,
    confirmation_code: answer.confirmation_code,
  });
  expect(await (await post(deletion, signed)).json()).toEqual(answer); // Meta asks again: the same one
  expect(await readDeparture(answer.confirmation_code)).toMatchObject({ kind: "deletion", doneAt: null });

  await handleDepartures(new Date());
  expect(await readDeparture(answer.confirmation_code)).toMatchObject({ doneAt: expect.any(Date) });
  for (const org of [one, two]) expect(await channelOf(org)).toEqual({ status: "needs_reconnect", token: false, user: null });
  expect(await channelOf(other)).toMatchObject({ status: "connected", token: true });
  const trail = await owner().query(
    "select action from audit_entries where org_id = $1 and action in ('token.withdrawn', 'channel.stopped')",
    [one.id],
  );
  expect(trail.rows.map((r) => r.action).sort()).toEqual(["channel.stopped", "token.withdrawn"]);
  const left = await owner().query("select count(*)::int as n from departures where user_id = $1", [userId]);
  expect(left.rows[0].n).toBe(0); // nor do we keep whom it was about
  await handleDepartures(new Date());
});

test("who removed the app at Meta has no token here any more", async () => {
  const org = await makeOrganisation();
  const userId = newUser();
  await connect(org, userId);
  expect((await post(deauthorize, form(asked(userId)))).status).toBe(200);
  await handleDepartures(new Date());
  expect(await channelOf(org)).toEqual({ status: "needs_reconnect", token: false, user: null });
});

test("what Meta did not sign, or signed too long ago, is refused and kept nowhere", async () => {
  const count = async () => (await owner().query("select count(*)::int as n from departures")).rows[0].n;
  const before = await count();
  const userId = newUser();
  const odd: [string, number][] = [
    [form(asked(userId, "bad")), 401],
    [form(asked(userId, "expired")), 401],
    [form("nonsense"), 401],
    ["signed_request=", 422],
    ["", 422],
    [`signed_request=${"x".repeat(20_000)}`, 422],
  ];
  for (const [body, status] of odd) {
    const response = await post(deletion, body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  }
  expect(await count()).toBe(before);
  expect(await readDeparture("0000000000000000")).toBeNull();
  expect(await readDeparture("'; drop table departures; --")).toBeNull();
});
