import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listChannelRows } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import { checkConnections, expireOnboardings, pressConnect } from "@/lib/onboarding";
import { forgetKeys } from "@/lib/platform/keys";
import { log } from "@/lib/platform/log";
import { poolOf } from "@/lib/platform/pool";
import { LostShift, onceADay } from "@/lib/platform/slots";
import { inTenantSql } from "@/lib/platform/sql";
import { advance, begin, callsOn, closeAll, control, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
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

test("what is over after seven days is ended once, by however many schedulers, and what it knew is gone", async () => {
  const desk = await begin();
  await report(desk, await signup({ flow: "only_waba" }));
  const fresh = await begin();
  await poolOf("owner").query("update onboarding_sessions set expires_at = now() - interval '1 second' where org_id = $1", [
    desk.org.id,
  ]);
  const job = `test.${randomUUID()}`;
  let runs = 0;
  const run = () =>
    onceADay(job, 0, async ({ now }) => {
      runs++;
      await expireOnboardings(now);
    });
  expect((await Promise.all([run(), run(), run()])).filter(Boolean)).toHaveLength(1);
  expect([await run(), runs]).toEqual([false, 1]);
  await expireOnboardings(new Date());
  const { rows } = await poolOf("owner").query(
    "select state, facts_sealed, (select count(*)::int from onboarding_presses p where p.org_id = s.org_id) as presses from onboarding_sessions s where org_id = $1",
    [desk.org.id],
  );
  expect(rows).toEqual([{ state: "expired", facts_sealed: null, presses: 0 }]);
  const trail = await poolOf("owner").query("select 1 from audit_entries where org_id = $1 and action = 'onboarding.expired'", [
    desk.org.id,
  ]);
  expect(trail.rowCount).toBe(1);
  expect((await look(fresh)).state).toBe("open");
  await expect(pressConnect(desk.ctx, desk)).rejects.toMatchObject({ detail: "not_open" });
});

test("a journey ends by the database's clock, whatever the worker's says", async () => {
  const desk = await begin();
  const job = `test.${randomUUID()}`;
  const { rows } = await poolOf("owner").query<{ now: Date }>("select now()");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 86_400_000 });
  try {
    let given = new Date(0);
    await onceADay(job, 0, async ({ now }) => {
      given = now;
      await expireOnboardings(now);
    });
    expect(Math.abs(given.getTime() - (rows[0]?.now.getTime() ?? 0))).toBeLessThan(60_000);
  } finally {
    vi.useRealTimers();
  }
  expect((await look(desk)).state).toBe("open");
});

test("a run that goes on longer than its lease keeps its slot, and one that came too late to keep it stops", async () => {
  const job = `test.${randomUUID()}`;
  const inMinutes = async (n: number) => {
    clock += n * 60_000;
    await poolOf("owner").query("update job_slots set lease_until = lease_until - make_interval(mins => $2) where job = $1", [
      job,
      n,
    ]);
  };
  let clock = performance.now();
  const spy = vi.spyOn(performance, "now").mockImplementation(() => clock);
  let begun = 0;
  const again = () => onceADay(job, 0, async () => void begun++);
  try {
    const lease = async () =>
      (await poolOf("owner").query("select lease_until from job_slots where job = $1", [job])).rows[0]?.lease_until;
    await onceADay(job, 0, async ({ keep }) => {
      const first = await lease();
      await keep(); // a moment ago it was taken
      expect(await lease()).toEqual(first);
      clock += 20 * 60_000;
      await keep();
      expect((await lease()).getTime()).toBeGreaterThan(first.getTime());
      expect(await again()).toBe(false);
      await inMinutes(31);
      expect(await again()).toBe(true); // nothing was heard of it for so long
      await expect(keep()).rejects.toThrow(LostShift);
    });
    expect(begun).toBe(1);
  } finally {
    spy.mockRestore();
  }
});

test("one number that fails keeps no other of its organisation from its turn", async () => {
  const desk = await begin();
  const [broken, whole] = [await signup({ flow: "new" }), await signup({ flow: "new" })];
  await report(desk, broken);
  await advance(desk);
  const second = await begin("new", desk.org);
  await report(second, whole);
  await advance(second);
  // its own app's secret does not open
  const { rows } = await poolOf("owner").query(
    `with app as (insert into own_apps (org_id, id, app_id, secret_sealed, endpoint_key, verify_token_sealed)
        values ($1, gen_random_uuid(), $2, '\\x00', $3, '\\x00') returning app_id)
      update channels set app_id = app.app_id from app where org_id = $1 and phone_number_id = $4 returning id`,
    [desk.org.id, `77${Date.now()}`, randomUUID().repeat(2).replaceAll("-", "").slice(0, 43), broken.phoneNumberId],
  );
  await poolOf("owner").query("update channels set created_at = created_at - interval '1 day' where id = $1", [rows[0].id]);
  await poolOf("owner").query("update channels set token_checked_at = null where org_id = $1", [desk.org.id]);
  const said = vi.spyOn(log, "error").mockImplementation(() => {});
  let kept = 0;
  try {
    expect(await checkConnections(desk.org.id, undefined, async () => void kept++)).toEqual({ checked: 1, failed: 1 });
    expect(said.mock.calls).toEqual([
      ["connection.check_failed", expect.objectContaining({ orgId: desk.org.id, channelId: rows[0].id })],
    ]);
  } finally {
    said.mockRestore();
  }
  expect(kept).toBe(2);
  const looked = await poolOf("owner").query(
    "select phone_number_id from channels where org_id = $1 and token_checked_at is not null",
    [desk.org.id],
  );
  expect(looked.rows).toEqual([{ phone_number_id: whole.phoneNumberId }]);
});

test("an organisation that was erased keeps no other's journeys from ending", async () => {
  const [erased, other] = [await begin(), await begin()];
  for (const [desk, days] of [
    [erased, 9],
    [other, 8],
  ] as const)
    await poolOf("owner").query(
      "update onboarding_sessions set expires_at = now() - make_interval(days => $2) where org_id = $1",
      [desk.org.id, days],
    );
  await poolOf("owner").query("update data_keys set state = 'destroyed', wrapped = null where org_id = $1", [erased.org.id]);
  forgetKeys();
  await expireOnboardings(new Date());
  expect((await look(other)).state).toBe("expired");
});

test("the nightly look stops a dead token, writes down what a live one may do, and mends a lost subscription", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new" });
  await report(desk, s);
  await advance(desk);
  const state = async () =>
    (
      await poolOf("owner").query(
        "select status, token_checked_at is not null as checked, cardinality(token_scopes) as scopes from channels where org_id = $1",
        [desk.org.id],
      )
    ).rows[0];
  const token = (await inTenantSql(systemCtx(desk.org.id, "test"), listChannelRows))[0]?.token?.open();
  await fetch(`${sandbox.origin}/v26.0/${s.wabaId}/subscribed_apps`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}` },
  });
  await checkConnections(desk.org.id);
  expect(await state()).toMatchObject({ status: "connected", checked: true, scopes: 3 });
  expect((await callsOn(s)).filter((call) => call === "subscribe 200")).toHaveLength(2);
  await control("tokens/expire", { wabaId: s.wabaId });
  await checkConnections(desk.org.id);
  expect(await state()).toMatchObject({ status: "needs_reconnect" });
});
