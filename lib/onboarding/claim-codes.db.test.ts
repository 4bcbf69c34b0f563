import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asId, newId } from "@/lib/kernel/ids";
import {
  claimAccount,
  decideClaimCode,
  forgetClaims,
  getNumbers,
  makeClaimCode,
  pressConnect,
  reportSignup,
} from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import {
  type Account,
  ADMINS,
  account,
  alone,
  claims,
  made,
  proofs,
  send,
  settle,
  stateOf,
  withTwoAdmins,
} from "@/lib/testing/claim-codes";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { advance, closeAll, control, type Desk, goTo, look, metaSettings, type Signup, signup } from "@/lib/testing/journeys";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { rerouteUnrouted, tendOrphans } from "@/lib/webhooks";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const SYSTEM = "EAAsystem-of-the-codes-41be";
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000013", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v", systemUserToken: SYSTEM };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 2] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id), {
    NEXTAUTH_URL: "http://127.0.0.1:3999",
    META_SYSTEM_USER_TOKEN: SYSTEM,
  }); // house: a test plays the launcher
  goTo(sandbox.origin);
  await readyIntake();
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});
const owner = () => poolOf("owner");

test("a code sent from the number's phone waits for a second admin; then it is a proof, and the number comes with what was kept", async () => {
  const org = await withTwoAdmins();
  const lost = await signup({ flow: "lost", coexistence: true });
  await deliver(
    envelopeOf(fakeMetaId(), {
      field: "account_update",
      value: { event: "PARTNER_ADDED", waba_info: { waba_id: lost.wabaId, owner_business_id: lost.businessId } },
    }),
  );
  for (const [n, text] of ["satu", "dua"].entries()) {
    const message = textMessage(`wamid.${randomUUID()}`, "6281230007001", text, Math.floor(Date.now() / 1000) - 60 + n);
    await deliver(envelopeOf(lost.wabaId, messagesChange(lost.phoneNumberId, { messages: [message] })));
  }
  const { text, id } = await made(org);
  expect(await claims(org)).toEqual([{ state: "waiting", mine: true, phone: null }]);
  expect(await claims(org, "admin")).toEqual([]);
  await send(lost, `  ${text}\n`);
  await settle(org);
  expect(await claims(org)).toEqual([{ state: "asked", mine: true, phone: "+1 555 010 0001" }]);
  expect(await claims(org, "admin")).toEqual([{ state: "asked", mine: false, phone: "+1 555 010 0001" }]);
  await tendOrphans();
  expect([await proofs(org), (await getNumbers(ctxOf(org, "owner"))).proposals]).toEqual([[], []]);
  await expect(claimAccount(ctxOf(org, "owner"), { wabaId: lost.wabaId })).rejects.toMatchObject({ code: "not_found" });
  await settle(org); // asking again does not help
  const claimId = asId("claim", id);
  await expect(decideClaimCode(ctxOf(org, "owner"), { claimId, approve: true })).rejects.toMatchObject({ detail: "own_claim" });
  await expect(decideClaimCode(ctxOf(org, "lawyer"), { claimId, approve: true })).rejects.toMatchObject({ code: "forbidden" });
  const stranger = ctxOf(await alone(), "owner");
  await expect(decideClaimCode(stranger, { claimId, approve: true })).rejects.toMatchObject({ code: "not_found" });
  expect(await proofs(org)).toEqual([]);
  await decideClaimCode(ctxOf(org, "admin"), { claimId, approve: true });
  await expect(decideClaimCode(ctxOf(org, "admin"), { claimId, approve: true })).rejects.toMatchObject({
    detail: "nothing_asked",
  });
  await settle(org);
  await settle(org);
  // a number's phone says nothing of its owner's other accounts
  expect(await proofs(org)).toEqual([{ waba_id: lost.wabaId, kind: "code", owner_business_id: null }]);
  await tendOrphans();
  const { claims: shown, proposals } = await getNumbers(ctxOf(org, "owner"));
  expect([shown.map((c) => [c.state, c.wabaId]), proposals.map((p) => p.wabaId)]).toEqual([
    [["proven", lost.wabaId]],
    [lost.wabaId],
  ]);

  const desk = await takeOver(org, lost);
  await advance(desk);
  expect((await look(desk)).steps.find((s) => s.step === "approve")?.state).toBe("done"); // was agreed to already
  expect((await look(desk)).state).toBe("done");
  expect((await getNumbers(ctxOf(org, "owner"))).proposals).toEqual([]); // before anybody has tidied up
  await rerouteUnrouted();
  await drain(org.id);
  const { rows } = await owner().query(
    "select kind, state from webhook_events where org_id = $1 and phone_number_id = $2 and field = 'messages' order by received_at, id",
    [org.id, lost.phoneNumberId],
  );
  expect(rows).toEqual(Array(2).fill({ kind: "message", state: "processed" }));
  expect(await claims(org)).toEqual([]);
  const trail = await owner().query(
    "select action, actor from audit_entries where org_id = $1 and subject in ('waba', 'claim') order by seq",
    [org.id],
  );
  expect(trail.rows.map((r) => `${r.action} ${r.actor}`)).toEqual([
    "account.code_made user",
    "account.code_seen system",
    "account.claim_approved user",
    "account.proven system",
    "onboarding.token_fetched user",
    "account.proven system",
  ]);
  expect(await proofs(org)).toEqual([{ waba_id: lost.wabaId, kind: "code", owner_business_id: null }]);
  const code = text.slice(-19);
  const everything = await owner().query("select row_to_json(k)::text as line from claim_codes k where org_id = $1", [org.id]);
  expect(JSON.stringify(everything.rows)).not.toMatch(new RegExp(`${code}|15550100001`));
});

async function takeOver(org: MadeOrganisation, { wabaId }: Account): Promise<Desk> {
  const { id } = await claimAccount(ctxOf(org, "owner"), { wabaId });
  return { org, ctx: ctxOf(org, "owner"), sessionId: id, browser: randomUUID() };
}

test("few wait at a time, one of each admin; a stranger's are not counted; no lesser role makes one", async () => {
  const org = await makeOrganisation({
    channels: [],
    users: [...ADMINS, ...["Ani", "Ari"].map((name) => ({ name, role: "admin" as const }))],
  });
  const admins = org.users.filter((u) => u.role !== "lawyer");
  const by = (i: number) => ({
    ...ctxOf(org, "admin"),
    actor: { kind: "user" as const, userId: admins[i]?.id ?? newId("user") },
  });
  for (const i of [0, 1, 2]) await makeClaimCode(by(i));
  await expect(makeClaimCode(by(3))).rejects.toMatchObject({ code: "limit", detail: "codes_waiting" });
  await makeClaimCode(by(0)); // in place of that one's own
  await made(await alone());
  await expect(makeClaimCode(ctxOf(org, "lawyer"))).rejects.toMatchObject({ code: "forbidden" });
});

test("what is taken over by a code is that number alone, whatever the browser says meanwhile", async () => {
  const org = await alone();
  const lost = await signup({ flow: "lost", coexistence: true });
  const other: Signup = await signup({ flow: "lost", businessId: lost.businessId });
  for (const { wabaId } of [lost, other])
    await owner().query(
      "insert into orphan_accounts (waba_id, owner_business_id, events, first_at, last_at) values ($1, $2, 1, now(), now())",
      [wabaId, lost.businessId],
    );
  await send(lost, (await made(org)).text);
  await settle(org);
  await tendOrphans();
  expect((await getNumbers(ctxOf(org, "owner"))).proposals.map((p) => p.wabaId)).toEqual([lost.wabaId]);
  await expect(claimAccount(ctxOf(org, "owner"), other)).rejects.toMatchObject({ code: "not_found" });
  const desk = await takeOver(org, lost);
  process.env.NEXT_PUBLIC_META_CONFIG_ID ??= "1200100000000001"; // house: a test plays the launcher
  const { state } = await pressConnect(desk.ctx, desk);
  const event = { event: "CANCEL", wabaId: other.wabaId, phoneNumberId: other.phoneNumberId };
  await reportSignup(desk.ctx, { ...desk, state, code: null, event });
  await advance(desk);
  const { rows } = await owner().query("select waba_id, phone_number_id from channels where org_id = $1", [org.id]);
  expect(rows).toEqual([{ waba_id: lost.wabaId, phone_number_id: lost.phoneNumberId }]);
  // and once it is connected, the owner's other account is still nobody's
  await tendOrphans();
  expect((await getNumbers(ctxOf(org, "owner"))).proposals.map((p) => p.wabaId)).not.toContain(other.wabaId);
  await expect(claimAccount(ctxOf(org, "owner"), other)).rejects.toMatchObject({ code: "not_found" });
});

test("when the account itself is no longer shared, none of its owner's others takes its place", async () => {
  const org = await alone();
  const lost = await signup({ flow: "lost", coexistence: true });
  await signup({ flow: "lost", businessId: lost.businessId });
  await owner().query(
    "insert into orphan_accounts (waba_id, owner_business_id, events, first_at, last_at) values ($1, $2, 1, now(), now())",
    [lost.wabaId, lost.businessId],
  );
  await send(lost, (await made(org)).text);
  await settle(org);
  await tendOrphans();
  await control("partner", { event: "PARTNER_REMOVED", wabaId: lost.wabaId });
  const desk = await takeOver(org, lost);
  await advance(desk);
  expect((await look(desk)).steps.find((s) => s.state === "failed")).toMatchObject({ step: "prove", cause: "not_granted" });
  expect((await proofs(org)).map((p) => p.waba_id)).toEqual([lost.wabaId]);
});

test("what nobody decided ends after its time, and what is over is forgotten", async () => {
  const org = await withTwoAdmins();
  const { id, text } = await made(org);
  await send(account(), text);
  await settle(org);
  await owner().query("update claim_codes set expires_at = now() - interval '1 minute' where org_id = $1", [org.id]);
  await expect(decideClaimCode(ctxOf(org, "admin"), { claimId: asId("claim", id), approve: true })).rejects.toMatchObject({
    detail: "nothing_asked",
  });
  await settle(org);
  expect(await stateOf(org)).toEqual(["over"]);
  await owner().query("update claim_codes set expires_at = now() - interval '2 days' where org_id = $1", [org.id]);
  expect(await forgetClaims()).toBeGreaterThan(0);
  expect(await stateOf(org)).toEqual([]);
});
