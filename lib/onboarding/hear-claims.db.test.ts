import { afterAll, beforeAll, expect, test } from "vitest";
import { asId } from "@/lib/kernel/ids";
import { decideClaimCode, getNumbers } from "@/lib/onboarding";
import { winClaim } from "@/lib/onboarding/sweep-claims";
import { poolOf } from "@/lib/platform/pool";
import {
  type Account,
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
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { closeAll } from "@/lib/testing/journeys";
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

beforeAll(readyIntake);
afterAll(closeAll);
const owner = () => poolOf("owner");

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

test("a proof by code that led to no number in its time stands in nobody's way", async () => {
  const [first, next] = [await alone(), await alone()];
  const lost = account();
  const { id } = await made(first);
  await send(lost, (await made(first)).text);
  await settle(first);
  expect((await stateOf(first)).at(-1)).toBe("proven");
  await send(lost, (await made(next)).text);
  await settle(next);
  expect(await stateOf(next)).toEqual(["unusable"]);
  await owner().query("update claim_codes set expires_at = now() - interval '2 days' where org_id = $1 and id <> $2", [
    first.id,
    id,
  ]);
  await send(lost, (await made(next)).text);
  await settle(next);
  expect([await stateOf(next), (await proofs(next)).map((p) => p.waba_id)]).toEqual([["unusable", "proven"], [lost.wabaId]]);
});

test("that a second admin agreed to one number of an account says nothing of the next", async () => {
  const org = await withTwoAdmins();
  const lost = account();
  const first = await made(org);
  await send(lost, first.text);
  await settle(org);
  await decideClaimCode(ctxOf(org, "admin"), { claimId: asId("claim", first.id), approve: true });
  await settle(org);
  expect(await stateOf(org)).toEqual(["proven"]);
  const { text } = await made(org);
  await send({ ...lost, phoneNumberId: account().phoneNumberId }, text);
  await settle(org);
  expect(await stateOf(org)).toEqual(["proven", "asked"]);
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
