import { afterAll, beforeAll, expect, test } from "vitest";
import { decideClaim } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import {
  advance,
  begin,
  channels,
  closeAll,
  type Desk,
  goTo,
  look,
  metaSettings,
  report,
  type Signup,
  signup,
  stepOf,
} from "@/lib/testing/journeys";
import { type Sandbox, startSandbox } from "@/sandbox/server";

let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000011", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id)); // house: a test plays the launcher
  goTo(sandbox.origin);
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});
const owner = () => poolOf("owner");
const withTwoAdmins = () =>
  makeOrganisation({
    channels: [],
    users: [
      { name: "Olivia", role: "owner" },
      { name: "Adi", role: "admin" },
      { name: "Lina", role: "lawyer" },
    ],
  });
const speakOf = ({ wabaId }: Signup, at = "now() - interval '1 minute'") =>
  owner().query(`insert into orphan_accounts (waba_id, events, first_at, last_at) values ($1, 1, ${at}, now())`, [wabaId]);
const proofs = async (org: MadeOrganisation) =>
  (await owner().query("select waba_id, proven_by from account_proofs where org_id = $1", [org.id])).rows;
const seconder = (desk: Desk) => ctxOf(desk.org, "admin");

test("an account that spoke before Connect was pressed waits for a second admin; then it is proven and connected", async () => {
  const desk = await begin("new", await withTwoAdmins());
  const s = await signup({ flow: "new" });
  await speakOf(s);
  await report(desk, s);
  await advance(desk);
  expect(await stepOf(desk, "approve")).toMatchObject({ state: "asked", cause: "second_admin" });
  expect((await look(desk)).approval).toBe("wait");
  expect((await look({ ...desk, ctx: seconder(desk) })).approval).toBe("decide");
  expect([await proofs(desk.org), await channels(desk.org)]).toEqual([[], []]); // nothing before the second has agreed
  await advance(desk); // asking again does not help
  await expect(decideClaim(desk.ctx, { ...desk, approve: true })).rejects.toMatchObject({ detail: "own_claim" });
  await expect(decideClaim(ctxOf(desk.org, "lawyer"), { ...desk, approve: true })).rejects.toMatchObject({ code: "forbidden" });
  expect(await proofs(desk.org)).toEqual([]);
  await decideClaim(seconder(desk), { ...desk, approve: true });
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  expect(await proofs(desk.org)).toEqual([{ waba_id: s.wabaId, proven_by: desk.org.users[0]?.id }]);
  expect(await channels(desk.org)).toHaveLength(1);
  const trail = await owner().query("select action from audit_entries where org_id = $1 and subject = 'waba' order by seq", [
    desk.org.id,
  ]);
  expect(trail.rows.map((r) => r.action)).toEqual(["account.claim_approved", "account.proven"]);
});

test("a refused claim ends: no proof, no number, and nothing is said to Meta", async () => {
  const desk = await begin("new", await withTwoAdmins());
  const s = await signup({ flow: "new" });
  await speakOf(s);
  await report(desk, s);
  await advance(desk);
  await decideClaim(seconder(desk), { ...desk, approve: false });
  await advance(desk);
  expect((await look(desk)).state).toBe("cancelled");
  expect([await proofs(desk.org), await channels(desk.org)]).toEqual([[], []]);
});

test("what its own window made Meta say is no claim; neither is what is proven already, nor is there anybody to ask for one admin alone", async () => {
  const org = await withTwoAdmins();
  const desk = await begin("new", org);
  const s = await signup({ flow: "new" });
  await report(desk, s);
  await speakOf(s, "now()"); // the event came after the press
  await advance(desk);
  expect([(await look(desk)).state, (await stepOf(desk, "approve"))?.state]).toEqual(["done", "skipped"]);

  await owner().query("update orphan_accounts set first_at = now() - interval '1 day' where waba_id = $1", [s.wabaId]);
  const again = await begin("new", org);
  await report(again, await signup({ flow: "new", wabaId: s.wabaId, phoneNumberId: s.phoneNumberId }));
  await advance(again);
  expect([(await look(again)).state, (await stepOf(again, "approve"))?.state]).toEqual(["done", "done"]);

  const alone = await begin();
  const other = await signup({ flow: "new" });
  await speakOf(other);
  await report(alone, other);
  await advance(alone);
  expect([(await look(alone)).state, (await stepOf(alone, "approve"))?.state]).toEqual(["done", "done"]);
});

test("a new permission asks anew: what was agreed to was another one", async () => {
  const desk = await begin("new", await withTwoAdmins());
  const [one, two] = [await signup({ flow: "new" }), await signup({ flow: "new" })];
  await speakOf(one);
  await speakOf(two);
  await report(desk, one);
  await advance(desk);
  await decideClaim(seconder(desk), { ...desk, approve: true });
  await report(desk, two);
  await advance(desk);
  expect(await stepOf(desk, "approve")).toMatchObject({ state: "asked" });
  expect(await proofs(desk.org)).toEqual([]);
});
