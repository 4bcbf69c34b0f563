import { afterAll, expect, test } from "vitest";
import { listConversations, listMessages, saveDraft } from "@/lib/inbox";
import { type Id, newId } from "@/lib/kernel/ids";
import { forgetKeys, orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { activateIncomingKey, addIncomingKeys, resealOrganisation, SEALED } from "@/lib/platform/rotate-keys";
import { makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

afterAll(closePools);
const owner = () => poolOf("owner");

test("every sealed column that belongs to an organisation is on the list", async () => {
  const { rows } = await owner().query<{ table: string; column: string }>(
    `select c.table_name as table, c.column_name as column from information_schema.columns c
      join information_schema.columns o on o.table_schema = c.table_schema and o.table_name = c.table_name and o.column_name = 'org_id'
      where c.table_schema = 'public' and c.column_name like '%\\_sealed'`,
  );
  // an endpoint's secrets are the intake's, not the organisation's
  const ours = rows.filter((r) => r.table !== "intake_endpoints").map((r) => `${r.table}.${r.column}`);
  expect(ours.sort()).toEqual(SEALED.map((s) => `${s.table}.${s.column}`).sort());
});

async function firm(): Promise<{ org: MadeOrganisation; conversationId: Id<"conversation"> }> {
  const org = await makeOrganisation();
  const channel = org.channels[0];
  if (!channel) throw new Error("a firm has a number");
  const lines = Array.from({ length: 30 }, (_, i) => ({
    from: i % 2 ? ("us" as const) : ("client" as const),
    text: `kata ${i}`,
    ago: 60 - i,
  }));
  const chat = await makeChat(org.id, channel, { phone: "6281290001111", name: "Sari", lines });
  await saveDraft(ctxOf(org, "owner"), { conversationId: chat.conversationId, text: "setengah jalan" });
  return { org, conversationId: chat.conversationId };
}

const statesOf = async (org: MadeOrganisation) =>
  (
    await owner().query<{ state: string; gone: boolean }>(
      "select state, wrapped is null as gone from data_keys where org_id = $1 and purpose = 'data' order by created_at",
      [org.id],
    )
  ).rows;

test("a key is replaced step by step: nothing waits, nothing fails to open, the old one is destroyed", async () => {
  const { org, conversationId } = await firm();
  const stale = await orgKeys(org.id);

  expect(await addIncomingKeys([org.id])).toBe(1);
  expect(await addIncomingKeys([org.id])).toBe(0); // started twice
  expect(await activateIncomingKey(org.id, 60_000)).toBe(false); // not everybody has noticed it yet
  forgetKeys();
  const noticed = await orgKeys(org.id);
  expect(noticed.data.id).toBe(stale.data.id); // it opens, but does not seal

  expect(await activateIncomingKey(org.id, 0)).toBe(true);
  expect(await activateIncomingKey(org.id, 0)).toBe(false);
  forgetKeys();
  const next = await orgKeys(org.id);
  expect(next.data.id).not.toBe(stale.data.id);
  const there = next.seal("contacts", "name_sealed", org.id, "Sari");
  expect(noticed.openText("contacts", "name_sealed", org.id, there)).toBe("Sari"); // who has not noticed the second step opens it all the same
  expect(await resealOrganisation(org.id, 60_000)).toEqual({ resealed: 0, destroyed: 0 });

  let reading = true;
  let reads = 0;
  const reader = (async () => {
    while (reading) {
      const { items } = await listMessages(ctxOf(org, "owner"), { conversationId });
      expect(items.length).toBe(30);
      for (const m of items) expect(JSON.stringify(m.content)).toContain("kata");
      reads++;
    }
  })();
  const { resealed, destroyed } = await resealOrganisation(org.id, 0);
  reading = false;
  await reader;
  expect(reads).toBeGreaterThan(0);
  expect(resealed).toBeGreaterThan(60);
  expect(destroyed).toBe(1);
  expect(await statesOf(org)).toEqual([
    { state: "destroyed", gone: true },
    { state: "active", gone: false },
  ]);
  forgetKeys();
  const page = await listConversations(ctxOf(org, "owner"), { view: "all" });
  expect(page.items[0]).toMatchObject({ name: "Sari" });
  const { rows } = await owner().query(
    "select count(*)::int as n from messages where org_id = $1 and substring(body_sealed from 2 for 16) <> decode(replace($2, '-', ''), 'hex')",
    [org.id, next.data.id],
  );
  expect(rows[0].n).toBe(0);
});

test("what does not open keeps its key: nothing is destroyed that somebody may still mend", async () => {
  const { org, conversationId } = await firm();
  await owner().query(
    "update messages set body_sealed = set_byte(body_sealed, 40, (get_byte(body_sealed, 40) + 1) % 256) where id = (select id from messages where conversation_id = $1 limit 1)",
    [conversationId],
  );
  await addIncomingKeys([org.id]);
  await activateIncomingKey(org.id, 0);
  expect((await resealOrganisation(org.id, 0)).destroyed).toBe(0);
  expect((await statesOf(org)).map((s) => s.state)).toEqual(["retired", "active"]);
});

test("an organisation that was erased gets no new key", async () => {
  const org = await makeOrganisation();
  await owner().query("update data_keys set state = 'destroyed', wrapped = null where org_id = $1", [org.id]);
  expect(await addIncomingKeys([org.id])).toBe(0);
  expect(await activateIncomingKey(newId("organisation"), 0)).toBe(false);
});
