import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asId } from "@/lib/kernel/ids";
import {
  cancelOnboarding,
  chooseOnboarding,
  dueOnboardings,
  getNumbers,
  getOnboarding,
  pressConnect,
  reportSignup,
  retryOnboarding,
  startOnboarding,
} from "@/lib/onboarding";
import { STEPS } from "@/lib/onboarding/model";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import {
  advance,
  begin,
  callsOn,
  channels,
  closeAll,
  control,
  type Desk,
  DONE,
  goTo,
  look,
  metaSettings,
  report,
  signup,
  stepOf,
} from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: APP, secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, APP)); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});

test("a new number goes from a code to a connected channel, and the provider is asked for each thing once", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new" });
  await report(desk, s);
  await advance(desk);
  const done = await look(desk);
  const not = Object.fromEntries(done.steps.filter((x) => x.state !== "done").map((x) => [x.step, x.state]));
  expect(not).toEqual({ approve: "skipped", callback: "skipped", contacts: "skipped", history: "skipped" });
  expect(done).toMatchObject({ state: "done", busy: false });
  expect(await channels(desk.org)).toEqual([
    { id: done.channelId, phone_number_id: s.phoneNumberId, coexistence: false, status: "connected", pin: true },
  ]);
  expect(await callsOn(s)).toEqual(DONE.new);
  const proof = await poolOf("owner").query("select kind, session_id from account_proofs where org_id = $1 and waba_id = $2", [
    desk.org.id,
    s.wabaId,
  ]);
  expect(proof.rows).toEqual([{ kind: "token", session_id: desk.sessionId }]);
  expect((await getNumbers(desk.ctx)).numbers).toHaveLength(1);
});

test("a number connected anew keeps its channel; what is sealed twice opens at its own row and nowhere else", async () => {
  const first = await begin();
  const s = await signup({ flow: "new" });
  await report(first, s);
  await advance(first);
  await poolOf("owner").query("update channels set status = 'needs_reconnect' where org_id = $1", [first.org.id]);
  const again = await begin("new", first.org);
  await report(again, await signup({ flow: "new", wabaId: s.wabaId, phoneNumberId: s.phoneNumberId }));
  await advance(again);
  expect(await channels(first.org)).toEqual([
    { id: (await look(first)).channelId, phone_number_id: s.phoneNumberId, coexistence: false, status: "connected", pin: true },
  ]);
  await report(await begin("new", first.org), await signup({ flow: "new" })); // finished ones keep no facts
  const keys = await orgKeys(first.org.id);
  for (const [table, column] of [
    ["channels", "pin_sealed"],
    ["channels", "access_token_sealed"],
    ["onboarding_sessions", "facts_sealed"],
  ] as const) {
    const { rows } = await poolOf("owner").query(
      `select id, ${column} as v from ${table} where org_id = $1 and ${column} is not null`,
      [first.org.id],
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(keys.open(table, column, row.id, row.v).length).toBeGreaterThan(0);
      expect(() => keys.open(table, column, randomUUID(), row.v)).toThrow();
      expect(row.v.includes(s.phoneNumberId)).toBe(false);
    }
  }
});

test("without the window's message the token itself tells the account and the number", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new" });
  await report(desk, s, false);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("a number of the phone app is never registered; its contacts and history are asked for once each", async () => {
  const desk = await begin("coexistence");
  const s = await signup({ flow: "coexistence" });
  await report(desk, s);
  await advance(desk);
  const done = await look(desk);
  expect(done.steps.find((x) => x.step === "register")?.state).toBe("skipped");
  expect(done.state).toBe("done");
  expect(await channels(desk.org)).toMatchObject([{ coexistence: true, pin: false }]);
  expect(await callsOn(s)).toEqual(DONE.coexistence);
  const { rows } = await poolOf("owner").query("select max_per_second::int as pace from channel_pace where org_id = $1", [
    desk.org.id,
  ]);
  expect(rows).toEqual([{ pace: 20 }]);
});

test("an account of another customer, named by the browser, is refused and nothing of it is learnt", async () => {
  const [victim, desk] = [await begin(), await begin()];
  const theirs = await signup({ flow: "new" });
  const mine = await signup({ flow: "only_waba" });
  const { state } = await pressConnect(desk.ctx, desk);
  await reportSignup(desk.ctx, {
    ...desk,
    state,
    code: mine.code,
    event: { event: "FINISH", wabaId: theirs.wabaId, phoneNumberId: theirs.phoneNumberId },
  });
  await advance(desk);
  // the token reads one account only, its own; the named one was a hint
  expect((await look(desk)).steps.find((x) => x.step === "number")).toMatchObject({ state: "failed", cause: "no_number" });
  const { rows } = await poolOf("owner").query("select waba_id from account_proofs where org_id = $1", [desk.org.id]);
  expect(rows).toEqual([{ waba_id: mine.wabaId }]);
  await report(victim, theirs);
  await advance(victim);
  expect((await look(victim)).state).toBe("done");
});

test("a number that another organisation holds is refused with a neutral word, and theirs goes on", async () => {
  const [first, second] = [await begin(), await begin()];
  const s = await signup({ flow: "new" });
  await report(first, s);
  await advance(first);
  const again = await signup({ flow: "new", wabaId: s.wabaId, phoneNumberId: s.phoneNumberId });
  await report(second, again);
  await advance(second);
  expect(await stepOf(second, "bind")).toMatchObject({ state: "failed", cause: "number_taken" });
  expect(await channels(second.org)).toEqual([]);
  expect(await channels(first.org)).toMatchObject([{ status: "connected" }]);
});

test("several accounts or numbers are asked for; only what was offered is taken", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new", alsoWabaIds: ["another"] });
  await report(desk, s, false);
  await advance(desk);
  const asked = await look(desk);
  expect(asked.accounts).toHaveLength(2);
  const choose = (wabaId: string) => chooseOnboarding(desk.ctx, { ...desk, choice: { wabaId } });
  await expect(choose("123456789012345")).rejects.toMatchObject({ code: "invalid", fields: { wabaId: "not_offered" } });
  await choose(s.wabaId);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("a press is good once, in its own browser, its own journey and its own organisation", async () => {
  const [desk, other] = [await begin(), await begin()];
  const sibling = await begin("new", desk.org);
  const { state } = await pressConnect(desk.ctx, desk);
  const REFUSED = { code: "precondition", detail: "state_refused" };
  const send = (to: Desk, more: object = {}) => reportSignup(to.ctx, { ...to, state, code: null, event: null, ...more });
  await expect(send({ ...desk, browser: randomUUID() })).rejects.toMatchObject(REFUSED);
  await expect(send({ ...sibling, browser: desk.browser })).rejects.toMatchObject(REFUSED);
  await expect(send({ ...other, browser: desk.browser })).rejects.toMatchObject(REFUSED);
  await expect(reportSignup(other.ctx, { ...desk, state, code: null, event: null })).rejects.toMatchObject({ code: "not_found" });
  await send(desk);
  await expect(send(desk)).rejects.toMatchObject(REFUSED);
  const late = await pressConnect(desk.ctx, desk);
  await poolOf("owner").query(
    "update onboarding_presses set expires_at = now() - interval '1 second' where org_id = $1 and used_at is null",
    [desk.org.id],
  );
  await expect(send(desk, { state: late.state })).rejects.toMatchObject(REFUSED);
});

test.each([
  ["too late", { codeAgeMs: 31_000 }, "code_expired"],
  ["used before", { codeUsed: true }, "code_used"],
])("a code that comes %s says so, and another press goes on", async (_name, order, cause) => {
  const desk = await begin();
  const s = await signup({ flow: "new", ...order });
  await report(desk, s);
  expect(await stepOf(desk, "exchange")).toMatchObject({ state: "failed", cause });
  const fresh = await signup({ flow: "new", wabaId: s.wabaId, phoneNumberId: s.phoneNumberId });
  await report(desk, fresh);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("where a person stopped is kept, and the journey is resumed by a colleague on another device", async () => {
  const org = await makeOrganisation({
    channels: [],
    users: [
      { name: "O", role: "owner" },
      { name: "A", role: "admin" },
    ],
  });
  const desk = await begin("new", org);
  const { state } = await pressConnect(desk.ctx, desk);
  await reportSignup(desk.ctx, { ...desk, state, code: null, event: { event: "CANCEL", currentStep: "PHONE_NUMBER_SETUP" } });
  expect((await look(desk)).stopped).toMatchObject({ step: "PHONE_NUMBER_SETUP" });
  const colleague = { ...desk, ctx: ctxOf(org, "admin"), browser: randomUUID() };
  const s = await signup({ flow: "new" });
  await report(colleague, s);
  await advance(colleague);
  expect(await look(colleague)).toMatchObject({ state: "done", stopped: null });
});

test("a PIN of another is said, and trying again goes on from there", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new", pin: "111111" });
  await report(desk, s);
  await advance(desk);
  expect(await stepOf(desk, "register")).toMatchObject({ state: "failed", cause: "pin_wrong", code: 133005 });
  await control("number", { phoneNumberId: s.phoneNumberId, pin: null });
  await retryOnboarding(desk.ctx, desk);
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
});

test("a worker that dies between any two steps leaves a journey that ends the same, with nothing done twice", async () => {
  for (const path of ["new", "coexistence"] as const) {
    for (const step of STEPS.slice(1)) {
      const desk = await begin(path);
      const s = await signup({ flow: path });
      await report(desk, s);
      // the row as a worker leaves it that died in the middle of this step: marked running, under a lease that lapses
      await advanceUntil(desk, step);
      expect(
        (await dueOnboardings()).some((d) => d.sessionId === desk.sessionId),
        step,
      ).toBe(true);
      await Promise.all([advance(desk), advance(desk)]);
      await advance(desk);
      expect((await look(desk)).state, `${path} ${step}`).toBe("done");
      const calls = (await callsOn(s)).filter((call) => call.endsWith(" 200"));
      expect(calls, `${path} ${step}`).toEqual(DONE[path]);
    }
  }
}, 120_000);

/** Lets the journey end, then sets it back to where a worker died in a step whose effect was done already. */
async function advanceUntil(desk: Desk, step: (typeof STEPS)[number]): Promise<void> {
  const last = "insert into onboarding_steps (org_id, session_id, step, state) values ($1, $2, 'history', 'failed')";
  await poolOf("owner").query(last, [desk.org.id, desk.sessionId]);
  await advance(desk);
  // what that worker still knew: the end of the journey forgets it
  const facts = await poolOf("owner").query("select facts_sealed as v from onboarding_sessions where org_id = $1 and id = $2", [
    desk.org.id,
    desk.sessionId,
  ]);
  await retryOnboarding(desk.ctx, desk);
  await advance(desk);
  const from = STEPS.indexOf(step);
  await poolOf("owner").query(
    "update onboarding_steps set state = case when step = $3 then 'running' else 'waiting' end where org_id = $1 and session_id = $2 and step = any($4)",
    [desk.org.id, desk.sessionId, step, STEPS.slice(from)],
  );
  await poolOf("owner").query(
    "update onboarding_sessions set state = 'open', facts_sealed = $3, finished_at = null, lease_until = now() - interval '1 second', due_at = now() - interval '1 second' where org_id = $1 and id = $2",
    [desk.org.id, desk.sessionId, facts.rows[0].v],
  );
}

test("an interrupted exchange says that the code is gone", async () => {
  const desk = await begin();
  await poolOf("owner").query(
    "insert into onboarding_steps (org_id, session_id, step, state, attempts) values ($1, $2, 'exchange', 'running', 1)",
    [desk.org.id, desk.sessionId],
  );
  await advance(desk);
  expect(await stepOf(desk, "exchange")).toMatchObject({ state: "failed", cause: "code_lost" });
});

test("ten registrations in three days are all there are, counted by us before they are made", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new" });
  await poolOf("owner").query(
    "insert into number_registrations (org_id, id, phone_number_id, at) select $1, gen_random_uuid(), $2, now() - interval '71 hours' from generate_series(1, 10)",
    [desk.org.id, s.phoneNumberId],
  );
  await report(desk, s);
  await advance(desk);
  expect(await stepOf(desk, "register")).toMatchObject({ state: "failed", cause: "limit_of_ours" });
  expect(await callsOn(s)).not.toContainEqual(expect.stringContaining("register"));
});

test("a cancelled journey is over for everyone, and a stranger or a lesser role finds or does nothing", async () => {
  const desk = await begin();
  const other = await begin();
  await expect(getOnboarding(other.ctx, desk)).rejects.toMatchObject({ code: "not_found" });
  const lesser = { ...desk.ctx, permissions: new Set<string>() };
  for (const attempt of [
    startOnboarding(lesser, { path: "new" }),
    getNumbers(lesser),
    getOnboarding(lesser, desk),
    pressConnect(lesser, desk),
    cancelOnboarding(lesser, desk),
    retryOnboarding(lesser, desk),
  ])
    await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
  await cancelOnboarding(desk.ctx, desk);
  await expect(pressConnect(desk.ctx, desk)).rejects.toMatchObject({ detail: "not_open" });
  await expect(retryOnboarding(desk.ctx, desk)).rejects.toMatchObject({ detail: "not_open" });
  expect(asId("onboarding", (await look(desk)).id)).toBe(desk.sessionId);
});
