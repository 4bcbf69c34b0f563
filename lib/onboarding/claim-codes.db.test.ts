import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId, newId } from "@/lib/kernel/ids";
import {
  claimAccount,
  decideClaimCode,
  dueClaims,
  forgetClaims,
  getNumbers,
  makeClaimCode,
  pressConnect,
  reportSignup,
  settleClaim,
} from "@/lib/onboarding";
import { winClaim } from "@/lib/onboarding/sweep-claims";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { advance, closeAll, control, type Desk, goTo, look, metaSettings, type Signup, signup } from "@/lib/testing/journeys";
import {
  deliver,
  drain,
  echoChange,
  envelopeOf,
  messagesChange,
  ownEndpoint,
  readyIntake,
  textMessage,
} from "@/lib/testing/webhooks";
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
const ADMINS = [
  { name: "Olivia", role: "owner" as const },
  { name: "Adi", role: "admin" as const },
  { name: "Lina", role: "lawyer" as const },
];
const withTwoAdmins = () => makeOrganisation({ channels: [], users: ADMINS });
const alone = () => makeOrganisation({ channels: [] });
const made = (org: MadeOrganisation, role: "owner" | "admin" = "owner") => makeClaimCode(ctxOf(org, role), { locale: "en" });
const account = () => ({ wabaId: fakeMetaId(), phoneNumberId: fakeMetaId() });
type Account = ReturnType<typeof account>;

/** What the worker does of what it finds due. */
async function settle(...orgs: MadeOrganisation[]): Promise<void> {
  await drain(...orgs.map((o) => o.id));
  for (const { orgId, claimId } of await dueClaims())
    if (orgs.some((o) => o.id === orgId)) await settleClaim(systemCtx(orgId, "test"), { claimId });
  await tendOrphans();
}
const send = async ({ wabaId, phoneNumberId }: Account, text: string, more: object = {}) =>
  expect(await deliver(envelopeOf(wabaId, echoChange(phoneNumberId, text, more)))).toBe(200);
const stateOf = async (org: MadeOrganisation) =>
  (await owner().query("select state from claim_codes where org_id = $1 order by id", [org.id])).rows.map((r) => r.state);
const proofs = async (org: MadeOrganisation) =>
  (
    await owner().query("select waba_id, kind, owner_business_id from account_proofs where org_id = $1 order by waba_id", [
      org.id,
    ])
  ).rows;
const claims = async (org: MadeOrganisation, role: "owner" | "admin" = "owner") =>
  (await getNumbers(ctxOf(org, role))).claims.map(({ state, mine, phone }) => ({ state, mine, phone }));

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
  expect(await claims(org)).toEqual([{ state: "asked", mine: true, phone: "15550100001" }]);
  expect(await claims(org, "admin")).toEqual([{ state: "asked", mine: false, phone: "15550100001" }]);
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
  const { claims: shown, proposals } = await getNumbers(ctxOf(org, "owner"));
  expect([shown.map((c) => [c.state, c.wabaId]), proposals.map((p) => p.wabaId)]).toEqual([
    [["proven", lost.wabaId]],
    [lost.wabaId],
  ]);

  const desk = await takeOver(org, lost);
  await advance(desk);
  expect((await look(desk)).steps.find((s) => s.step === "approve")?.state).toBe("done"); // was agreed to already
  expect((await look(desk)).state).toBe("done");
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

const NEVER: [string, (a: Account, text: string) => object][] = [
  ["a client's message", (a, text) => messagesChange(a.phoneNumberId, { messages: [textMessage("wamid.1", "628111", text)] })],
  [
    "a message that says it is from the number itself",
    (a, text) => messagesChange(a.phoneNumberId, { messages: [textMessage("wamid.2", "15550100001", text)] }),
  ],
  [
    "a status that carries it",
    (a, text) =>
      messagesChange(a.phoneNumberId, {
        statuses: [{ id: text, status: "sent", timestamp: "1790000400", recipient_id: "628111", biz_opaque_callback_data: text }],
      }),
  ],
  ["an echo in which another number speaks", (a, text) => echoChange(a.phoneNumberId, text, { from: "15550100002" })],
  ["an echo without a sender", (a, text) => echoChange(a.phoneNumberId, text, { from: undefined })],
  ["an edit", (a, text) => echoChange(a.phoneNumberId, text, { type: "edit" })],
  ["a caption", (a, text) => echoChange(a.phoneNumberId, "x", { type: "image", text: undefined, image: { caption: text } })],
  ["a longer text", (a, text) => echoChange(a.phoneNumberId, `${text} Terima kasih`)],
  ["an answer that quotes it", (a, text) => echoChange(a.phoneNumberId, `Is this right? ${text}`)],
  ["the bare code, without what it says", (a, text) => echoChange(a.phoneNumberId, text.slice(-19))],
  ["another sentence with the code", (a, text) => echoChange(a.phoneNumberId, `Your parcel: ${text.slice(-19)}`)],
  ["the code twice", (a, text) => echoChange(a.phoneNumberId, `${text}\n${text}`)],
  [
    "a piece of the phone's past",
    (a, text) => ({ ...echoChange(a.phoneNumberId, text), field: "history" }), // with the shape of an echo
  ],
  [
    "history as Meta sends it",
    (a, text) => ({
      field: "history",
      value: {
        metadata: { display_phone_number: "15550100001", phone_number_id: a.phoneNumberId },
        history: [
          {
            metadata: { phase: 0, chunk_order: 1, progress: 100 },
            threads: [{ id: "628111", messages: [{ ...textMessage("wamid.3", "15550100001", text), to: "628111" }] }],
          },
        ],
      },
    }),
  ],
  ["an echo beside messages", (a, text) => ({ ...echoChange(a.phoneNumberId, text), field: "messages" })],
  [
    "an echo of no number",
    (a, text) => {
      const change = echoChange(a.phoneNumberId, text);
      return { ...change, value: { ...change.value, metadata: { display_phone_number: "15550100001" } } };
    },
  ],
];
test.each(NEVER)("%s proves nothing", async (_, change) => {
  const org = await alone();
  const { text } = await made(org);
  const lost = account();
  await deliver(envelopeOf(lost.wabaId, change(lost, text)));
  await settle(org);
  expect([await stateOf(org), await proofs(org)]).toEqual([["waiting"], []]);
  expect(await claims(org)).toEqual([{ state: "waiting", mine: true, phone: null }]);
  await send(lost, text); // and the true one still does
  await settle(org);
  expect((await proofs(org)).map((p) => [p.waba_id, p.kind])).toEqual([[lost.wabaId, "code"]]);
});

test("neither an own app's endpoint nor a wrong signature can bring it", async () => {
  const org = await alone();
  const { text } = await made(org);
  const lost = account();
  const body = envelopeOf(lost.wabaId, echoChange(lost.phoneNumberId, text));
  expect(await deliver(body, { secret: "another secret of thirty-two bytes" })).toBe(401);
  expect(await deliver(body, await ownEndpoint(org.id))).toBe(200);
  await settle(org);
  expect([await stateOf(org), await proofs(org)]).toEqual([["waiting"], []]);
  const { rows } = await owner().query("select org_id, state, cause from webhook_events where phone_number_id = $1", [
    lost.phoneNumberId,
  ]);
  expect(rows).toEqual([{ org_id: org.id, state: "quarantined", cause: "foreign" }]);
});

test("what came before the code was made, or after its time, proves nothing; the sender's clock is not asked", async () => {
  const org = await alone();
  const lost = account();
  const { text } = await made(org);
  const shift = (made: string, expires: string) =>
    owner().query(`update claim_codes set made_at = now() + $2::interval, expires_at = now() + $3::interval where org_id = $1`, [
      org.id,
      made,
      expires,
    ]);
  await shift("1 hour", "2 hours"); // an echo from before it existed
  await send(lost, text, { timestamp: String(Math.floor(Date.now() / 1000) + 5000) });
  await settle(org);
  expect(await stateOf(org)).toEqual(["waiting"]);
  await shift("-1 hour", "-1 minute");
  await send(lost, text, { timestamp: String(Math.floor(Date.now() / 1000) - 1800) });
  await settle(org);
  expect([await stateOf(org), await claims(org)]).toEqual([["waiting"], [{ state: "over", mine: true, phone: null }]]);
  expect(await proofs(org)).toEqual([]);
});

test("a code is heard once, however often its echo comes; one that was replaced not at all", async () => {
  const org = await alone();
  const [lost, other] = [account(), account()];
  const first = await made(org);
  const { text } = await made(org);
  await send(other, first.text);
  await settle(org);
  expect(await stateOf(org)).toEqual(["replaced", "waiting"]);
  const body = envelopeOf(lost.wabaId, echoChange(lost.phoneNumberId, text));
  await Promise.all([deliver(body), deliver(body)]);
  await deliver(JSON.stringify(body, null, 1)); // the same in other bytes
  await settle(org);
  await send(other, text);
  await settle(org);
  expect((await proofs(org)).map((p) => p.waba_id)).toEqual([lost.wabaId]);
  const said = await owner().query(
    "select count(*)::int as n from audit_entries where org_id = $1 and action = 'account.proven'",
    [org.id],
  );
  expect(said.rows).toEqual([{ n: 1 }]);
});

test("of two organisations whose codes come through one number the first to be proven has it; the other learns nothing", async () => {
  const [one, two] = [await alone(), await withTwoAdmins()];
  const lost = account();
  const [mine, theirs] = [await made(one), await made(two)];
  await send(lost, theirs.text);
  await settle(two);
  expect(await stateOf(two)).toEqual(["asked"]);
  await send(lost, mine.text);
  await settle(one);
  expect([await stateOf(one), (await proofs(one)).length]).toEqual([["proven"], 1]);
  await decideClaimCode(ctxOf(two, "admin"), { claimId: asId("claim", theirs.id), approve: true });
  await settle(two);
  expect([await stateOf(two), await proofs(two)]).toEqual([["unusable"], []]);
  const view = (await getNumbers(ctxOf(two, "owner"))).claims;
  expect(view).toMatchObject([{ state: "unusable", phone: null, wabaId: null }]);
  expect(JSON.stringify(view)).not.toContain(one.id);
});

test("of those approved at the same moment one is won", async () => {
  const orgs = await Promise.all(Array.from({ length: 8 }, alone));
  for (let round = 0; round < 3; round++) {
    const lost = account();
    const codes = await Promise.all(orgs.map((org) => made(org)));
    await Promise.all(codes.map(({ text }) => send(lost, text)));
    await drain(...orgs.map((o) => o.id));
    await owner().query("update claim_codes set state = 'approved' where waba_id = $1", [lost.wabaId]);
    const won = await Promise.all(orgs.map((org, i) => winClaim(org.id, asId("claim", codes[i]?.id ?? ""))));
    expect(won.filter(Boolean)).toHaveLength(1);
    await settle(...orgs);
    const { rows } = await owner().query("select state from claim_codes where waba_id = $1 order by state", [lost.wabaId]);
    expect(rows.map((r) => r.state)).toEqual(["proven", ...Array(7).fill("unusable")]);
    const proven = await owner().query("select 1 from account_proofs where waba_id = $1", [lost.wabaId]);
    expect(proven.rowCount).toBe(1);
  }
});

test("an account or number that somebody has connected or proven by then is not to be had", async () => {
  const lost = account();
  const org = await alone();
  const { text } = await made(org);
  await makeOrganisation({ channels: [{ wabaId: lost.wabaId }] }); // another number of the same account
  await send(lost, text);
  await settle(org);
  expect([await stateOf(org), await proofs(org)]).toEqual([["unusable"], []]);

  const gone = account();
  const former = await makeOrganisation({ channels: [gone] });
  await owner().query("update channels set status = 'disconnected' where org_id = $1", [former.id]);
  await send(gone, (await made(org)).text);
  await settle(org);
  expect(await stateOf(org)).toEqual(["unusable", "unusable"]); // its proof stands
});

test("who asked must still be an admin when it comes, and a refused number is forgotten", async () => {
  const org = await withTwoAdmins();
  const [lost, other] = [account(), account()];
  const { text } = await made(org, "admin");
  await owner().query("update memberships set role = 'lawyer' where org_id = $1 and role = 'admin'", [org.id]);
  await send(lost, text);
  await settle(org);
  expect(await stateOf(org)).toEqual(["waiting"]);
  await owner().query("update memberships set role = 'admin' where org_id = $1 and user_id = $2", [org.id, org.users[1]?.id]);
  const { id, text: again } = await made(org, "owner");
  await send(other, again);
  await settle(org);
  await decideClaimCode(ctxOf(org, "admin"), { claimId: asId("claim", id), approve: false });
  await settle(org);
  expect([(await stateOf(org)).at(-1), await proofs(org)]).toEqual(["refused", []]);
  const kept = await owner().query("select 1 from claim_codes where org_id = $1 and phone_sealed is not null", [org.id]);
  expect(kept.rowCount).toBe(0);
});

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
  for (const i of [0, 1, 2]) await makeClaimCode(by(i), { locale: "id" });
  await expect(makeClaimCode(by(3), { locale: "id" })).rejects.toMatchObject({ code: "limit", detail: "codes_waiting" });
  await makeClaimCode(by(0), { locale: "pt-BR" }); // in place of that one's own
  await made(await alone());
  await expect(makeClaimCode(ctxOf(org, "lawyer"), { locale: "en" })).rejects.toMatchObject({ code: "forbidden" });
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
