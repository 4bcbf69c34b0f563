import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { getNumbers } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { deliver, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { destroyOldUnrouted, rerouteUnrouted, splitDeliveries, tendOrphans } from "@/lib/webhooks";

const owner = () => poolOf("owner");
const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** Meta says that an account was shared with us, and a client writes to it. */
async function speak(wabaId: string, ownerBusinessId: string): Promise<void> {
  const waba_info = { waba_id: wabaId, owner_business_id: ownerBusinessId };
  await deliver(envelopeOf(fakeMetaId(), { field: "account_update", value: { event: "PARTNER_ADDED", waba_info } }));
  await deliver(
    envelopeOf(wabaId, messagesChange(fakeMetaId(), { messages: [textMessage(wamid(), "628111", "rahasia yatim")] })),
  );
  await vi.waitFor(async () => {
    await splitDeliveries();
    const { rows } = await owner().query("select events from orphan_accounts where waba_id = $1", [wabaId]);
    expect(rows[0]?.events).toBe(2);
  }, 20_000);
}
const prove = (org: MadeOrganisation, ownerBusinessId: string, kind = "token") =>
  owner().query("update account_proofs set owner_business_id = $2, kind = $3, proven_by = $4 where org_id = $1", [
    org.id,
    ownerBusinessId,
    kind,
    org.users[0]?.id,
  ]);
const proposals = async (org: MadeOrganisation) => {
  await tendOrphans();
  return (await getNumbers(ctxOf(org, "owner"))).proposals.map((p) => p.wabaId);
};

test("an orphan is proposed to the one organisation that has proven its owner; others learn nothing, and nothing is handed over", async () => {
  const [mine, stranger] = await Promise.all([makeOrganisation(), makeOrganisation()]);
  const [waba, business] = [fakeMetaId(), fakeMetaId()];
  await speak(waba, business);
  expect(await proposals(mine)).toEqual([]);
  await prove(mine, business, "given"); // no proof of its own making
  expect(await proposals(mine)).toEqual([]);
  await prove(mine, business);
  expect(await proposals(mine)).toEqual([waba]);
  expect(await proposals(stranger)).toEqual([]);
  await rerouteUnrouted();
  const kept = await owner().query("select distinct state, org_id from webhook_events where waba_id = $1", [waba]);
  expect(kept.rows).toEqual([{ state: "unrouted", org_id: null }]);
  // whom two have proven is proposed to neither
  await prove(stranger, business);
  expect([await proposals(mine), await proposals(stranger)]).toEqual([[], []]);
});

test("the row says who and since when, never what; after thirty days all of it is destroyed, with a line in the platform's trail", async () => {
  const waba = fakeMetaId();
  await speak(waba, fakeMetaId());
  const { rows } = await owner().query("select * from orphan_accounts where waba_id = $1", [waba]);
  expect(JSON.stringify(rows)).not.toMatch(/rahasia|628111/);
  await owner().query("update webhook_events set received_at = now() - interval '31 days' where waba_id = $1", [waba]);
  await owner().query("update orphan_accounts set last_at = now() - interval '31 days' where waba_id = $1", [waba]);
  const before = (await owner().query("select count(*)::int as n from platform_trail where action = 'unrouted.destroyed'"))
    .rows[0].n;
  expect(await destroyOldUnrouted(new Date())).toBeGreaterThan(0);
  await tendOrphans();
  expect((await owner().query("select 1 from webhook_events where waba_id = $1", [waba])).rowCount).toBe(0);
  expect((await owner().query("select 1 from orphan_accounts where waba_id = $1", [waba])).rowCount).toBe(0);
  expect(
    (await owner().query("select count(*)::int as n from platform_trail where action = 'unrouted.destroyed'")).rows[0].n,
  ).toBe(before + 1);
  await expect(owner().query("delete from platform_trail")).rejects.toThrow(/never changed/);
});
