import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listChannelRows } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import { checkConnections, expireOnboardings, pressConnect } from "@/lib/onboarding";
import { forgetKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { onceADay } from "@/lib/platform/slots";
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
    onceADay(job, 0, async () => {
      runs++;
      await expireOnboardings(new Date());
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
