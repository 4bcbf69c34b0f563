import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newId } from "@/lib/kernel/ids";
import { type SealingKey, seal } from "@/lib/platform/crypto/codec";
import { countKeys } from "@/lib/platform/key-inventory";
import { forgetKeys, intakeKekRing, intakeKey, KEYS_FRESH, openIntake } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { fakeMetaId, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { destroyOldBodies, ensureIntakeKey, replaceIntakeKeys, resealIntake, splitDeliveries } from "@/lib/webhooks";
import { ENDPOINTS_FRESH, forgetEndpoints } from "@/lib/webhooks/intake";

beforeAll(readyIntake);
afterAll(closePools);
const owner = () => poolOf("owner");
/** Other files seal with the keys of this database: theirs must not be gone before they have noticed, as in the product. */
const SETTLE = 2 * ENDPOINTS_FRESH;

interface Fixture {
  keyId: string;
  key: SealingKey;
  endpointKey: string;
  endpointId: string;
  secret: string;
}
let year = 1900;
/** An own endpoint that still stands under a key of its own, as one of long ago does. */
async function oldEndpoint(orgId: string): Promise<Fixture> {
  const [keyId, endpointId, secret] = [newId("dataKey"), newId("endpoint"), randomBytes(16).toString("hex")];
  const { kekId, wrapped } = intakeKekRing().mint("intake", keyId);
  await owner().query("insert into intake_keys (id, purpose, day, kek_id, wrapped) values ($1, 'body', $2, $3, $4)", [
    keyId,
    `${year++}-02-03`,
    kekId,
    wrapped,
  ]);
  const key = await intakeKey(keyId);
  const under = (column: string, value: string) =>
    seal(key, { scope: "intake", table: "intake_endpoints", column, rowId: endpointId }, value);
  const endpointKey = randomBytes(24).toString("base64url");
  await owner().query(
    `insert into intake_endpoints (id, key, org_id, secret_sealed, verify_token_sealed, intake_key_id, intake_kek_id, intake_key_wrapped)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      endpointId,
      endpointKey,
      orgId,
      under("secret_sealed", secret),
      under("verify_token_sealed", "shown at the handshake"),
      keyId,
      kekId,
      wrapped,
    ],
  );
  return { keyId, key, endpointKey, endpointId, secret };
}

/** A delivery of long ago, and an event of an account nobody has connected, both under the old key. */
async function oldTraffic({ keyId, key, endpointId }: Fixture, body: object) {
  const [deliveryId, eventId] = [newId("delivery"), newId("event")];
  const text = JSON.stringify(body);
  await owner().query(
    "insert into webhook_deliveries (id, endpoint_id, body_sha256, body_sealed, key_id, bytes) values ($1, $2, $3, $4, $5, $6)",
    [
      deliveryId,
      endpointId,
      randomBytes(32),
      seal(key, { scope: "intake", table: "webhook_deliveries", column: "body_sealed", rowId: deliveryId }, text),
      keyId,
      text.length,
    ],
  );
  await owner().query(
    `insert into webhook_events (id, delivery_id, field, kind, dedupe, payload_sealed, key_id, received_at, state)
      values ($1, $2, 'messages', 'message', $3, $4, $5, now(), 'unrouted')`,
    [
      eventId,
      deliveryId,
      randomBytes(32),
      seal(key, { scope: "intake", table: "webhook_events", column: "payload_sealed", rowId: eventId }, text),
      keyId,
    ],
  );
  return { deliveryId, eventId, text };
}
const bodyOf = async (id: string) =>
  (
    await owner().query<{ body_sealed: Buffer; key_id: string }>(
      "select body_sealed, key_id from webhook_deliveries where id = $1",
      [id],
    )
  ).rows[0];
const payloadOf = async (id: string) =>
  (
    await owner().query<{ payload_sealed: Buffer; key_id: string }>(
      "select payload_sealed, key_id from webhook_events where id = $1",
      [id],
    )
  ).rows[0];
const stateOf = async (id: string) =>
  (
    await owner().query<{ retired: boolean; gone: boolean; destroyed: boolean }>(
      "select retired_at is not null as retired, wrapped is null as gone, destroyed_at is not null as destroyed from intake_keys where id = $1",
      [id],
    )
  ).rows[0];
const longAgo = (id: string) =>
  owner().query("update intake_keys set retired_at = now() - interval '3 minutes' where id = $1 and retired_at is not null", [
    id,
  ]);

test("no process seals longer with what it read than whoever replaces a key waits", () => {
  expect(ENDPOINTS_FRESH).toBeLessThanOrEqual(KEYS_FRESH);
});

test("the intake's keys are replaced step by step: what stood under the old ones opens all the time, and they are destroyed", async () => {
  const org = await makeOrganisation();
  const old = await oldEndpoint(org.id);
  const message = textMessage(`wamid.${randomBytes(8).toString("hex")}`, "6281211110000", "sebelum pergantian");
  const body = envelopeOf(fakeMetaId(), messagesChange(fakeMetaId(), { messages: [message] }));
  const kept = await oldTraffic(old, body);

  expect(await replaceIntakeKeys(new Date())).toBeGreaterThanOrEqual(2);
  expect(await stateOf(old.keyId)).toEqual({ retired: true, gone: false, destroyed: false });
  expect((await countKeys()).filter((c) => c.store === "intake" && c.state === "retired")).not.toEqual([]);
  // the endpoint has moved with its secrets, and seals with the new key at once
  forgetEndpoints();
  const path = `/api/webhooks/whatsapp/t/${old.endpointKey}`;
  expect(await deliver({ after: newId("event") }, { path, secret: old.secret })).toBe(200);
  const { rows } = await owner().query<{ key_id: string }>(
    "select key_id from webhook_deliveries where endpoint_id = $1 and id <> $2",
    [old.endpointId, kept.deliveryId],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.key_id).not.toBe(old.keyId);

  // not everybody has noticed yet: nothing is touched
  await resealIntake(SETTLE);
  expect(await stateOf(old.keyId)).toMatchObject({ gone: false });
  expect((await bodyOf(kept.deliveryId))?.key_id).toBe(old.keyId);

  await longAgo(old.keyId);
  const { resealed, destroyed } = await resealIntake(SETTLE);
  expect(resealed).toBeGreaterThanOrEqual(2);
  expect(destroyed).toBeGreaterThanOrEqual(1);
  expect(await stateOf(old.keyId)).toEqual({ retired: true, gone: true, destroyed: true });
  await expect(intakeKey(old.keyId)).rejects.toThrow("gone");
  const [delivery, event] = [await bodyOf(kept.deliveryId), await payloadOf(kept.eventId)];
  expect(delivery?.key_id).not.toBe(old.keyId);
  expect(event?.key_id).toBe(delivery?.key_id);
  const open = (table: string, column: string, id: string, sealed?: Buffer) =>
    openIntake(table, column, id, sealed ?? Buffer.alloc(0));
  expect((await open("webhook_deliveries", "body_sealed", kept.deliveryId, delivery?.body_sealed)).toString()).toBe(kept.text);
  expect((await open("webhook_events", "payload_sealed", kept.eventId, event?.payload_sealed)).toString()).toBe(kept.text);
  // what waited to be split under the old key is split under the new one
  await drain(org.id);
  const split = await owner().query("select state, split_at is not null as split from webhook_deliveries where id = $1", [
    kept.deliveryId,
  ]);
  expect(split.rows).toEqual([{ state: "split", split: true }]);
});

test("what a receiver read is used beside a fresh look for half a minute more, and never longer than that", async () => {
  const sealedWith = async (body: object) => {
    expect(await deliver(body)).toBe(200);
    const sha = createHash("sha256").update(JSON.stringify(body)).digest();
    return (await owner().query("select key_id from webhook_deliveries where body_sha256 = $1", [sha])).rows[0]?.key_id;
  };
  const known = await sealedWith({ one: newId("event") });
  await replaceIntakeKeys(new Date());
  expect(await sealedWith({ two: newId("event") })).toBe(known);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ENDPOINTS_FRESH + 1 });
  try {
    const next = await sealedWith({ three: newId("event") }); // an idle one's first webhook
    expect(next).not.toBe(known);
    vi.setSystemTime(Date.now() - 7_200_000); // set back, it knows nothing of the age
    await replaceIntakeKeys(new Date());
    expect(await sealedWith({ four: newId("event") })).not.toBe(next);
  } finally {
    vi.useRealTimers();
    forgetEndpoints();
  }
});

test("a receiver that was halted with a webhook in hand does not store it under a key that may be gone", async () => {
  const [first, second] = [{ one: newId("event") }, { two: newId("event") }];
  expect(await deliver(first)).toBe(200);
  const sha = (body: object) => createHash("sha256").update(JSON.stringify(body)).digest();
  const other = await owner().connect();
  try {
    await other.query("begin");
    await other.query("select 1 from webhook_deliveries where body_sha256 = $1 for update", [sha(first)]);
    const repeated = deliver(first); // is being written
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waiting = deliver(second); // is sealed, and waits for that
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    await other.query("commit");
    expect([await repeated, await waiting]).toEqual([200, 503]);
    expect(await deliver(second)).toBe(200); // the provider comes again
  } finally {
    vi.useRealTimers();
    forgetEndpoints();
    other.release();
  }
  const { rows } = await owner().query("select repeats from webhook_deliveries where body_sha256 = $1", [sha(second)]);
  expect(rows).toEqual([{ repeats: 0 }]);
});

test("a split that opened something under the old key ends before that key is destroyed", async () => {
  const org = await makeOrganisation();
  const old = await oldEndpoint(org.id);
  await replaceIntakeKeys(new Date());
  await longAgo(old.keyId);
  const split = await owner().connect();
  try {
    await split.query("begin; select pg_advisory_xact_lock(7001)");
    const rotating = resealIntake(SETTLE);
    await new Promise((resolve) => setTimeout(resolve, 400));
    // it seals what it found for an account that nobody has connected, and only now ends
    const id = newId("event");
    const place = { scope: "intake", table: "webhook_events", column: "payload_sealed", rowId: id };
    await split.query(
      `insert into webhook_events (id, delivery_id, field, kind, dedupe, payload_sealed, key_id, received_at, state)
        values ($1, $2, 'messages', 'message', $3, $4, $5, now(), 'unrouted')`,
      [id, newId("delivery"), randomBytes(32), seal(old.key, place, "terlambat"), old.keyId],
    );
    expect(await stateOf(old.keyId)).toMatchObject({ gone: false });
    await split.query("commit");
    await rotating;
    expect(await stateOf(old.keyId)).toMatchObject({ gone: true });
    const event = await payloadOf(id);
    expect((await openIntake("webhook_events", "payload_sealed", id, event?.payload_sealed ?? Buffer.alloc(0))).toString()).toBe(
      "terlambat",
    );
  } finally {
    split.release();
  }
});

test("a value that does not open keeps its key, and so does an endpoint whose secrets do not", async () => {
  const org = await makeOrganisation();
  const [a, b] = [await oldEndpoint(org.id), await oldEndpoint(org.id)];
  const kept = await oldTraffic(a, { object: "whatsapp_business_account", entry: [] });
  const spoil = (table: string, column: string, id: string) =>
    owner().query(`update ${table} set ${column} = set_byte(${column}, 40, (get_byte(${column}, 40) + 1) % 256) where id = $1`, [
      id,
    ]);
  await spoil("webhook_events", "payload_sealed", kept.eventId);
  await spoil("intake_endpoints", "secret_sealed", b.endpointId);
  await replaceIntakeKeys(new Date());
  await longAgo(a.keyId);
  await longAgo(b.keyId);
  await resealIntake(SETTLE);
  expect(await stateOf(a.keyId)).toMatchObject({ gone: false });
  expect(await stateOf(b.keyId)).toMatchObject({ gone: false });
  // once it is mended the next run goes on from there
  await owner().query("update webhook_events set payload_sealed = null where id = $1", [kept.eventId]);
  await owner().query("delete from intake_endpoints where id = $1", [b.endpointId]);
  await resealIntake(SETTLE);
  expect(await stateOf(a.keyId)).toMatchObject({ gone: true });
  expect(await stateOf(b.keyId)).toMatchObject({ gone: true });
});

test("each day own endpoints go over to its key with their secrets, so that the day they were made can be destroyed", async () => {
  const org = await makeOrganisation();
  const old = await oldEndpoint(org.id);
  await ensureIntakeKey(new Date());
  forgetEndpoints();
  const path = `/api/webhooks/whatsapp/t/${old.endpointKey}`;
  expect(await deliver({ today: newId("event") }, { path, secret: old.secret })).toBe(200);
  // followed a moment ago: a receiver may still seal with it
  const long = new Date("1950-01-01"); // so that other files' keys stay
  await owner().query("update intake_keys set created_at = now() where day > '2000-01-01'");
  await destroyOldBodies(long);
  expect(await stateOf(old.keyId)).toMatchObject({ gone: false });
  await owner().query("update intake_keys set created_at = now() - interval '1 hour' where day > '2000-01-01'");
  await destroyOldBodies(long);
  expect(await stateOf(old.keyId)).toEqual({ retired: false, gone: true, destroyed: true });
  forgetKeys();
  forgetEndpoints();
  expect(await deliver({ later: newId("event") }, { path, secret: old.secret })).toBe(200);
  await splitDeliveries();
});
