import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { newId } from "@/lib/kernel/ids";
import { Secret } from "@/lib/kernel/secret";
import { applyReceipts } from "@/lib/messages";
import { readAt } from "@/lib/platform/age";
import { seal } from "@/lib/platform/crypto/codec";
import { closeHttp } from "@/lib/platform/http";
import { findSealingKey } from "@/lib/platform/intake-keys";
import { intakeKey } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { inSystem, inTenantSql } from "@/lib/platform/sql";
import { metaSender } from "@/lib/providers/meta/graph";
import { splitEnvelope } from "@/lib/providers/meta/split-envelope";
import type { OutboundMessage, Receipt } from "@/lib/providers/ports";
import { makeChat } from "@/lib/testing/conversations";
import { fakeMetaId, makeOrganisation } from "@/lib/testing/factory";
import { envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { type Delivery, GroupCommit } from "@/lib/webhooks/intake/group-commit";
import { storeEvents, type Written } from "@/lib/webhooks/store-events";
import { GroupCommit as AnswersFirst } from "./broken/answer-before-commit";
import { metaSender as retriesBlindly } from "./broken/blind-retry";
import { inSystem as guesses } from "./broken/guess-tenant";
import { applyReceipts as lastWriteWins } from "./broken/last-write-status";
import { GroupCommit as Remembers } from "./broken/memory-dedupe";

/** Each planted fault, shown on its own in a second: if one heals by itself, chaos no longer proves anything with it. */
let graph: http.Server;
let asked = 0;
beforeAll(async () => {
  graph = http.createServer((_req, res) => {
    asked++;
    res.writeHead(500, { "content-type": "application/json" }).end('{"error":{"code":131000,"message":"Something went wrong"}}');
  });
  await new Promise<void>((resolve) => graph.listen(0, "127.0.0.1", resolve));
  // house: a test plays the launcher
  Object.assign(process.env, {
    APP_ENV: "development",
    META_GRAPH_URL: `http://127.0.0.1:${(graph.address() as AddressInfo).port}`,
  });
  await readyIntake();
});
afterAll(async () => {
  graph.close();
  await closeHttp();
  await closePools();
});

const deliveryOf = (more: Partial<Delivery> = {}): Delivery => ({
  id: newId("delivery"),
  endpointId: newId("endpoint"),
  bodySha256: randomBytes(32),
  bodySealed: randomBytes(60),
  keyId: newId("dataKey"),
  keyAt: readAt(),
  bytes: 60,
  ...more,
});
const isStored = async ({ endpointId }: Delivery) =>
  ((await poolOf("owner").query("select 1 from webhook_deliveries where endpoint_id = $1", [endpointId])).rowCount ?? 0) > 0;
/** A row that the database will not take. */
const impossible = (more: Partial<Delivery> = {}) => deliveryOf({ bytes: Number.NaN, ...more });
const forget = (row: Delivery) =>
  poolOf("owner").query("delete from webhook_deliveries where endpoint_id = $1", [row.endpointId]);

test("answer-before-commit answers for a row that is not there", async () => {
  await expect(new GroupCommit(() => {}).store(impossible())).rejects.toThrow();
  const row = impossible();
  await new AnswersFirst(() => {}).store(row);
  expect(await isStored(row)).toBe(false);
});

test("memory-dedupe waves the retry of a body through that was never stored", async () => {
  for (const [Commit, kept] of [
    [GroupCommit, true],
    [Remembers, false],
  ] as const) {
    const commit = new Commit(() => {});
    const row = deliveryOf();
    await expect(commit.store({ ...row, bytes: Number.NaN })).rejects.toThrow();
    await commit.store(row); // the provider comes again
    expect(await isStored(row)).toBe(kept);
    await forget(row);
  }
});

test("blind-retry sends again what may have arrived", async () => {
  const message: OutboundMessage = {
    phoneNumberId: fakeMetaId(),
    token: new Secret("t".repeat(30)),
    to: { phone: "6281200001111" },
    tag: newId("outbox"),
    content: { text: "x" },
  };
  asked = 0;
  expect(await metaSender.send(message)).toMatchObject({ kind: "unknown" });
  expect(asked).toBe(1);
  expect(await retriesBlindly.send(message)).toMatchObject({ kind: "unknown" });
  expect(asked).toBe(1 + 4);
});

test("last-write-status takes a message back that was read", async () => {
  const org = await makeOrganisation();
  const [channel] = org.channels;
  if (!channel) throw new Error("a firm has a number");
  const lines = [
    { from: "client" as const, text: "a", ago: 5 },
    { from: "us" as const, text: "b", ago: 4, state: "accepted" as const },
  ];
  for (const [apply, stays] of [
    [applyReceipts, true],
    [lastWriteWins, false],
  ] as const) {
    const chat = await makeChat(org.id, channel, { phone: `62812${stays ? 1 : 2}0002222`, name: "Sari", lines });
    const wamid = chat.lines.find((l) => l.direction === "out")?.wamid ?? "";
    const receipt = (status: Receipt["status"]): Receipt => ({
      type: "receipt",
      phoneNumberId: channel.phoneNumberId,
      wamid,
      status,
      at: new Date(),
      tag: null,
      failureCode: null,
    });
    for (const status of ["read", "delivered"] as const)
      await inTenantSql(systemCtx(org.id, "test"), (sql) => apply(sql, [receipt(status)]));
    const { rows } = await poolOf("owner").query(
      "select read_at is not null as read from messages where conversation_id = $1 and direction = 'out'",
      [chat.conversationId],
    );
    expect(rows).toEqual([{ read: stays }]);
  }
});

class TakenBack extends Error {}

test("guess-tenant hands a stranger's message to somebody", async () => {
  await makeOrganisation(); // somebody to guess
  for (const [within, state] of [
    [inSystem, "unrouted"],
    [guesses, "routed"],
  ] as const) {
    const delivery = await writtenFor(fakeMetaId());
    let seen = "";
    const work = within("broken builds", async (sql) => {
      await storeEvents(sql, [delivery]);
      const [event] = await sql.rows<{ state: string; org_id: string | null }>(
        "broken.seen",
        "select state, org_id from webhook_events where delivery_id = $1",
        [delivery.id],
      );
      seen = event?.org_id ? "routed" : (event?.state ?? "nothing");
      throw new TakenBack(); // nobody else is to find it
    });
    await expect(work).rejects.toThrow(TakenBack);
    expect(seen).toBe(state);
  }
});

/** An opened delivery with one message to a number that nobody has. */
async function writtenFor(phoneNumberId: string): Promise<Written> {
  const body = envelopeOf(
    fakeMetaId(),
    messagesChange(phoneNumberId, { messages: [textMessage(`wamid.${fakeMetaId()}`, "628111", "x")] }),
  );
  const id = newId("delivery");
  const key = await inSystem("broken builds", findSealingKey);
  if (!key) throw new Error("the intake has a key");
  const place = { scope: "intake", table: "webhook_deliveries", column: "body_sealed", rowId: id };
  return {
    id,
    endpoint_id: newId("endpoint"),
    endpoint_org: null,
    endpoint_app: null,
    body_sealed: seal(await intakeKey(key.id), place, JSON.stringify(body)),
    received_at: new Date(),
    pieces: (splitEnvelope(body) ?? []).map((piece) => ({ piece, text: JSON.stringify(piece.payload) })),
  };
}
