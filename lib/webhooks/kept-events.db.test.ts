import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { bindNumber } from "@/lib/onboarding/bind-number";
import { NO_FACTS } from "@/lib/onboarding/facts";
import { closeDb } from "@/lib/platform/db";
import { orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { fakeMetaId, type MadeOrganisation, makeChannel, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { rerouteUnrouted, splitDeliveries } from "@/lib/webhooks";

const NUMBER = {
  display: "+1 555",
  verifiedName: "Firm",
  status: "CONNECTED",
  platform: "CLOUD_API",
  codeVerification: null,
  nameStatus: null,
  quality: null,
  limit: null,
  throughput: null,
  onBusinessApp: false,
};
const owner = () => poolOf("owner");
const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
const statusOf = async (org: MadeOrganisation) =>
  (await owner().query("select status from channels where org_id = $1", [org.id])).rows.map((r) => r.status);
const statesOf = async (wabaId: string): Promise<string[]> =>
  (await owner().query("select state from webhook_events where waba_id = $1 order by id", [wabaId])).rows.map((r) => r.state);
const textsOf = async (org: MadeOrganisation) =>
  (await owner().query("select count(*)::int as n from messages where org_id = $1", [org.id])).rows[0].n;
const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** Delivers and waits until it is split, by us or by a test beside us. */
async function split(envelope: object, wabaId: string): Promise<void> {
  const before = (await statesOf(wabaId)).length;
  expect(await deliver(envelope)).toBe(200);
  await vi.waitFor(async () => {
    await splitDeliveries();
    expect((await statesOf(wabaId)).length).toBeGreaterThan(before);
  }, 10_000);
}

const OWNER = fakeMetaId();
/** Meta tells of an account, at a time of its own. */
async function tell(wabaId: string, event: string, time: number): Promise<void> {
  const change = { field: "account_update", value: { event, waba_info: { waba_id: wabaId, owner_business_id: OWNER } } };
  const envelope = envelopeOf(OWNER, change);
  for (const entry of envelope.entry) Object.assign(entry, { time });
  await split(envelope, wabaId);
}
async function write(wabaId: string, phoneNumberId: string, text: string): Promise<void> {
  const message = textMessage(wamid(), "628111", text);
  await split(envelopeOf(wabaId, messagesChange(phoneNumberId, { messages: [message] })), wabaId);
}
const connect = async (org: MadeOrganisation, wabaId: string, phoneNumberId: string) =>
  makeChannel(org.id, await orgKeys(org.id), { wabaId, phoneNumberId });
/** Hands over until these accounts have nothing left that could be: other tests' events stand in the same queue. */
async function handOver(org: MadeOrganisation): Promise<void> {
  while ((await rerouteUnrouted()).more);
  await drain(org.id);
}

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

test("news from before a number was connected does not end its connection, whenever it comes", async () => {
  const [org, wabaId] = [await makeOrganisation({ channels: [] }), fakeMetaId()];
  await tell(wabaId, "PARTNER_REMOVED", secondsFromNow(-60)); // nobody holds the account: it is kept
  await connect(org, wabaId, fakeMetaId());
  await handOver(org);
  expect(await statusOf(org)).toEqual(["connected"]);
  await tell(wabaId, "PARTNER_APP_UNINSTALLED", secondsFromNow(-86_400)); // Meta repeats for days
  await drain(org.id);
  expect(await statusOf(org)).toEqual(["connected"]);
  await tell(wabaId, "ACCOUNT_OFFBOARDED", secondsFromNow(20));
  await tell(wabaId, "ACCOUNT_RECONNECTED", secondsFromNow(30));
  await drain(org.id);
  await tell(wabaId, "PARTNER_REMOVED", secondsFromNow(25)); // older than the last that was heard
  await drain(org.id);
  expect(await statusOf(org)).toEqual(["connected"]);
  await tell(wabaId, "PARTNER_REMOVED", secondsFromNow(40));
  await drain(org.id);
  expect(await statusOf(org)).toEqual(["disconnected"]);
});

test("news of an account whose numbers two organisations hold reaches both", async () => {
  const wabaId = fakeMetaId();
  const orgs = [await makeOrganisation({ channels: [] }), await makeOrganisation({ channels: [] })];
  for (const org of orgs) await connect(org, wabaId, fakeMetaId());
  await tell(wabaId, "PARTNER_REMOVED", secondsFromNow(10));
  await drain(...orgs.map((o) => o.id));
  for (const org of orgs) expect(await statusOf(org)).toEqual(["disconnected"]);
  expect(await statesOf(wabaId)).toEqual(["processed", "processed"]);
});

test("kept messages are handed over by number and account, and never what may have been meant for a former holder", async () => {
  const [former, next] = [await makeOrganisation({ channels: [] }), await makeOrganisation({ channels: [] })];
  const [wabaId, elsewhere, phone] = [fakeMetaId(), fakeMetaId(), fakeMetaId()];
  await write(elsewhere, phone, "names another account");
  await connect(former, wabaId, phone);
  await owner().query("update channels set status = 'disconnected' where org_id = $1", [former.id]);
  await write(wabaId, phone, "to the former firm, in confidence");
  await connect(next, wabaId, phone);
  await handOver(next);
  expect(await textsOf(next)).toBe(0);
  expect([await statesOf(wabaId), await statesOf(elsewhere)]).toEqual([["unrouted"], ["unrouted"]]);
  // back with the former holder, whose it was
  await owner().query("update channels set status = 'disconnected' where org_id = $1", [next.id]);
  await owner().query("update channels set status = 'connected' where org_id = $1", [former.id]);
  await handOver(former);
  expect([await textsOf(former), await textsOf(next)]).toEqual([1, 0]);
});

test("a number that is connected by an own app is handed nothing that was kept, whatever else of its account was proven", async () => {
  const [org, wabaId, proven, other] = [await makeOrganisation({ channels: [] }), fakeMetaId(), fakeMetaId(), fakeMetaId()];
  for (const phone of [proven, other]) await write(wabaId, phone, "in confidence");
  await tell(wabaId, "PARTNER_ADDED", secondsFromNow(-10));
  await connect(org, wabaId, other);
  // a code came through another number of the account; this one's token was pasted with an app of one's own
  await owner().query("update account_proofs set kind = 'code', proven_by = $2 where org_id = $1", [org.id, org.users[0]?.id]);
  await owner().query(
    "insert into own_apps (org_id, id, app_id, secret_sealed, endpoint_key, verify_token_sealed) values ($1, $2, $3, 'x', $4, 'x')",
    [org.id, randomUUID(), wabaId, randomUUID()],
  );
  await owner().query("update channels set app_id = $2 where org_id = $1", [org.id, wabaId]);
  await handOver(org);
  expect(await textsOf(org)).toBe(0);
  expect(await statesOf(wabaId)).toEqual(["unrouted", "unrouted", "unrouted"]);
  await connect(org, wabaId, proven);
  await handOver(org);
  expect(await textsOf(org)).toBe(1);
  expect(await statesOf(wabaId)).toEqual(["processed", "unrouted", "processed"]);
});

test("an event that does not open, and an organisation that was erased, keep no other waiting", async () => {
  const orgs = [];
  for (let i = 0; i < 3; i++)
    orgs.push({ org: await makeOrganisation({ channels: [] }), wabaId: fakeMetaId(), phone: fakeMetaId() });
  const [broken, erased, fine] = orgs as [(typeof orgs)[0], (typeof orgs)[0], (typeof orgs)[0]];
  for (const { wabaId, phone } of orgs) await write(wabaId, phone, "halo");
  await owner().query(
    "update webhook_events set payload_sealed = set_byte(payload_sealed, 40, (get_byte(payload_sealed, 40) + 1) % 256) where waba_id = $1",
    [broken.wabaId],
  );
  for (const { org, wabaId, phone } of orgs) await connect(org, wabaId, phone);
  await owner().query("update data_keys set state = 'destroyed', wrapped = null where org_id = $1", [erased.org.id]);
  const { forgetKeys } = await import("@/lib/platform/keys");
  forgetKeys();
  await handOver(fine.org);
  expect(await textsOf(fine.org)).toBe(1);
  expect(await statesOf(erased.wabaId)).toEqual(["quarantined"]);
  const later = await owner().query("select state, next_attempt_at > now() as later from webhook_events where waba_id = $1", [
    broken.wabaId,
  ]);
  expect(later.rows).toEqual([{ state: "unrouted", later: true }]); // it may open once its key is back
});

test("a number that gets a new token without having been given up misses nothing: what came before is still its own", async () => {
  const [former, org] = [await makeOrganisation({ channels: [] }), await makeOrganisation({ channels: [] })];
  const [wabaId, phone] = [fakeMetaId(), fakeMetaId()];
  await connect(former, wabaId, phone);
  await owner().query("update channels set status = 'disconnected' where org_id = $1", [former.id]);
  await connect(org, wabaId, phone);
  const at = Math.floor(Date.now() / 1000);
  const message = textMessage(wamid(), "628111", "between token and token", at);
  expect(await deliver(envelopeOf(wabaId, messagesChange(phone, { messages: [message] })))).toBe(200);
  await owner().query("update channels set status = 'needs_reconnect' where org_id = $1", [org.id]);
  const facts = { ...NO_FACTS, wabaId, token: "EAAnew", number: { ...NUMBER, id: phone } };
  await inTenantSql(systemCtx(org.id, "test"), (sql) => bindNumber(sql, facts, false));
  await vi.waitFor(async () => {
    await splitDeliveries();
    expect(await statesOf(wabaId)).toHaveLength(1);
  }, 10_000);
  await drain(org.id);
  expect(await textsOf(org)).toBe(1);
  await tell(wabaId, "PARTNER_REMOVED", secondsFromNow(-60)); // news from before the new token ends nothing
  await drain(org.id);
  expect(await statusOf(org)).toEqual(["connected"]);
});
