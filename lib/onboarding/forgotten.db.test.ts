import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cancelOnboarding, chooseOnboarding, getNumbers, pressConnect, retryOnboarding } from "@/lib/onboarding";
import { log } from "@/lib/platform/log";
import { poolOf } from "@/lib/platform/pool";
import { advance, begin, closeAll, type Desk, goTo, look, metaSettings, report, signup } from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const APP = "500100000000001";
const MIGRATION = path.resolve(import.meta.dirname, "../../prisma/migrations/20261126140000_finished_journeys/migration.sql");
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

const KEPT = `select s.state, s.facts_sealed is not null as facts, (select count(*)::int from onboarding_presses p where p.org_id = s.org_id) as presses
  from onboarding_sessions s where s.org_id = $1`;
const kept = async ({ org }: Desk) => (await poolOf("owner").query(KEPT, [org.id])).rows;

test("what a journey found out is forgotten when it is given up", async () => {
  const desk = await begin();
  await report(desk, await signup({ flow: "only_waba" }));
  await advance(desk);
  expect(await kept(desk)).toEqual([{ state: "open", facts: true, presses: 1 }]);
  await cancelOnboarding(desk.ctx, desk);
  expect(await kept(desk)).toEqual([{ state: "cancelled", facts: false, presses: 0 }]);
  expect(await look(desk)).toMatchObject({ state: "cancelled", number: null, accounts: [] });
});

test("what a journey found out is forgotten when it is done; its page names the channel", async () => {
  const desk = await begin();
  const s = await signup({ flow: "new" });
  await report(desk, s);
  await advance(desk);
  expect(await kept(desk)).toEqual([{ state: "done", facts: false, presses: 0 }]);
  const { rows } = await poolOf("owner").query("select name from channels where org_id = $1", [desk.org.id]);
  expect((await look(desk)).number).toEqual({ display: expect.stringMatching(/^\+\d[\d -]+$/), name: rows[0].name });
});

test("a journey that does not open is shown as such beside the others, goes nowhere, and can be given up", async () => {
  const broken = await begin();
  await report(broken, await signup({ flow: "only_waba" }));
  const whole = await begin("new", broken.org);
  await poolOf("owner").query(
    "update onboarding_sessions set facts_sealed = set_byte(facts_sealed, 40, (get_byte(facts_sealed, 40) + 1) % 256) where id = $1",
    [broken.sessionId],
  );
  const said = vi.spyOn(log, "error").mockReturnValue();
  const open = (await getNumbers(broken.ctx)).open.map((o) => [o.id, o.readable, o.busy]);
  expect(open).toEqual([
    [whole.sessionId, true, false],
    [broken.sessionId, false, false],
  ]);
  expect(await look(broken)).toMatchObject({ state: "open", readable: false });
  await advance(broken);
  for (const attempt of [
    () => pressConnect(broken.ctx, broken),
    () => retryOnboarding(broken.ctx, broken),
    () => chooseOnboarding(broken.ctx, { ...broken, choice: { wabaId: "1" } }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: "precondition", detail: "unreadable" });
  expect(said.mock.calls).toEqual([["row.unopened", { table: "onboarding_sessions", rowId: broken.sessionId }]]);
  await cancelOnboarding(broken.ctx, broken);
  expect(await look(broken)).toMatchObject({ state: "cancelled", readable: true });
  said.mockRestore();
});

test("journeys that were over before forget at the migration, run as its own role", async () => {
  const [over, open] = [await begin(), await begin()];
  for (const desk of [over, open]) await report(desk, await signup({ flow: "only_waba" }));
  await poolOf("owner").query("update onboarding_sessions set state = 'cancelled' where org_id = $1", [over.org.id]);
  const client = await poolOf("owner").connect();
  try {
    await client.query("begin");
    await client.query("set local session authorization migrator");
    await client.query(fs.readFileSync(MIGRATION, "utf8"));
    expect((await client.query(KEPT, [over.org.id])).rows).toEqual([{ state: "cancelled", facts: false, presses: 0 }]);
    expect((await client.query(KEPT, [open.org.id])).rows).toEqual([{ state: "open", facts: true, presses: 1 }]);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
