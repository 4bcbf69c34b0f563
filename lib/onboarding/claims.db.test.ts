import { afterAll, beforeAll, expect, test } from "vitest";
import { claimAccount, decideClaim, getNumbers, openLink, pressConnect, reportSignup, shareOnboarding } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import {
  advance,
  begin,
  channels,
  closeAll,
  type Desk,
  eventOf,
  goTo,
  look,
  metaSettings,
  report,
  type Signup,
  signup,
  stepOf,
} from "@/lib/testing/journeys";
import { tendOrphans } from "@/lib/webhooks";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const SYSTEM = "EAAsystem-of-the-claims-9f3c";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000011", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v", systemUserToken: SYSTEM };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id), {
    NEXTAUTH_URL: "http://127.0.0.1:3999",
    META_SYSTEM_USER_TOKEN: SYSTEM,
  }); // house: a test plays the launcher
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

test("who makes a link and presses by it cannot agree to that either", async () => {
  const org = await withTwoAdmins();
  const desk = await begin("new", org); // the owner's journey
  const [maker, owner_] = [ctxOf(org, "admin"), ctxOf(org, "owner")];
  const { url } = await shareOnboarding(maker, desk);
  const guest = await openLink(new URL(url).hash.slice(1), "test", new Date());
  if (!guest) throw new Error("no guest");
  const s = await signup({ flow: "new" });
  await speakOf(s);
  const { state } = await pressConnect(guest, { ...desk, browser: "b" });
  await reportSignup(guest, { ...desk, browser: "b", state, code: s.code, event: eventOf(s) });
  await advance(desk);
  expect((await look({ ...desk, ctx: maker })).approval).toBe("wait");
  await expect(decideClaim(maker, { ...desk, approve: true })).rejects.toMatchObject({ detail: "own_claim" });
  expect((await look({ ...desk, ctx: guest })).approval).toBe("wait");
  await decideClaim(owner_, { ...desk, approve: true });
  await advance(desk);
  expect((await look(desk)).state).toBe("done");
  await owner().query("update memberships set active = false where org_id = $1 and role = 'admin'", [org.id]);
  expect(await openLink(new URL(url).hash.slice(1), "test", new Date())).toBeNull(); // who made it is gone
});

test("what is kept makes a claim, however it is counted: a message, or news of another time than the press", async () => {
  const org = await withTwoAdmins();
  const keep = (s: Signup, field: string, at: string) =>
    owner().query(
      `insert into webhook_events (id, delivery_id, kind, field, waba_id, dedupe, payload_sealed, key_id, received_at, state)
        select gen_random_uuid(), gen_random_uuid(), 'generic', $2, $1, sha256(convert_to($1 || $2 || clock_timestamp()::text, 'UTF8')), '', gen_random_uuid(), ${at}, 'unrouted'`,
      [s.wabaId, field],
    );
  for (const [field, at, asked] of [
    ["messages", "now()", true],
    ["account_update", "now() + interval '1 hour'", true],
    ["account_update", "now() - interval '1 hour'", true],
    ["account_update", "now()", false],
  ] as const) {
    const desk = await begin("new", org);
    const s = await signup({ flow: "new" });
    await report(desk, s);
    await keep(s, field, at);
    await advance(desk);
    expect((await look(desk)).approval !== null, `${field} ${at}`).toBe(asked);
  }
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

  const again = await begin("new", org);
  await report(again, await signup({ flow: "new", wabaId: s.wabaId, phoneNumberId: s.phoneNumberId }));
  // what is connected is forgotten as an orphan whenever another file tends them
  await owner().query("delete from orphan_accounts where waba_id = $1", [s.wabaId]);
  await speakOf(s, "now() - interval '1 day'");
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

test("what waits is taken over without Meta's window by who has proven its owner, and by nobody else", async () => {
  const desk = await begin();
  const first = await signup({ flow: "new" });
  await report(desk, first);
  await advance(desk);
  // another account of the same business is shared with us, and nobody tells who did it
  const lost = await signup({ flow: "lost", businessId: first.businessId });
  const { rows: owners } = await owner().query("select owner_business_id from account_proofs where org_id = $1", [desk.org.id]);
  await owner().query(
    "insert into orphan_accounts (waba_id, owner_business_id, events, first_at, last_at) values ($1, $2, 1, now(), now())",
    [lost.wabaId, owners[0].owner_business_id],
  );
  await tendOrphans();
  const stranger = ctxOf(await withTwoAdmins(), "owner");
  await expect(claimAccount(stranger, { wabaId: lost.wabaId })).rejects.toMatchObject({ code: "not_found" });
  expect((await getNumbers(desk.ctx)).proposals.map((p) => p.wabaId)).toEqual([lost.wabaId]);
  const { id } = await claimAccount(desk.ctx, { wabaId: lost.wabaId });
  const taken = { ...desk, sessionId: id };
  await advance(taken);
  expect((await look(taken)).state).toBe("done");
  expect((await proofs(desk.org)).map((p) => p.waba_id).sort()).toEqual([first.wabaId, lost.wabaId].sort());
});

test("a business that has taken our app out answers nothing, and the window remains", async () => {
  const desk = await begin();
  const first = await signup({ flow: "new" });
  await report(desk, first);
  await advance(desk);
  const waba = "299900000000001";
  await owner().query("update account_proofs set owner_business_id = '499900000000001' where org_id = $1", [desk.org.id]);
  await owner().query(
    "insert into orphan_accounts (waba_id, owner_business_id, events, first_at, last_at) values ($1, '499900000000001', 1, now(), now())",
    [waba],
  );
  await tendOrphans();
  await expect(claimAccount(desk.ctx, { wabaId: waba })).rejects.toMatchObject({ detail: "not_granted" });
  await owner().query("delete from orphan_accounts where waba_id = $1", [waba]);
});

test("what is taken over by its owner business waits for a second admin as any other claim", async () => {
  const desk = await begin("new", await withTwoAdmins());
  const first = await signup({ flow: "new" });
  await report(desk, first);
  await advance(desk);
  const lost = await signup({ flow: "lost", businessId: first.businessId });
  await owner().query(
    `insert into orphan_accounts (waba_id, owner_business_id, events, first_at, last_at)
      select $1, owner_business_id, 1, now() - interval '1 minute', now() from account_proofs where org_id = $2`,
    [lost.wabaId, desk.org.id],
  );
  await tendOrphans();
  const { id } = await claimAccount(desk.ctx, { wabaId: lost.wabaId });
  const taken = { ...desk, sessionId: id };
  await advance(taken);
  expect((await look(taken)).approval).toBe("wait");
  expect((await proofs(desk.org)).map((p) => p.waba_id)).toEqual([first.wabaId]);
  await owner().query("delete from orphan_accounts where waba_id = $1", [lost.wabaId]);
});
