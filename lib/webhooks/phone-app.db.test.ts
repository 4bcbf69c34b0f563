import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listConversations, listMessages } from "@/lib/inbox";
import { asId } from "@/lib/kernel/ids";
import { getNumbers } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { PART_MESSAGES } from "@/lib/providers/meta/split-history";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeChannel, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { processOrganisation, rerouteUnrouted, splitDeliveries } from "@/lib/webhooks";

const owner = () => poolOf("owner");
const one = async <T>(text: string, values: unknown[]): Promise<T> => (await owner().query(text, values)).rows[0] as T;
const phoneOf = (org: MadeOrganisation) => org.channels[0]?.phoneNumberId ?? "";
const wabaOf = (org: MadeOrganisation) => org.channels[0]?.wabaId ?? "";
const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
const statesOf = async (phone: string): Promise<string[]> =>
  (await owner().query("select state from webhook_events where phone_number_id = $1 order by id", [phone])).rows.map(
    (r) => r.state,
  );
const counts = (org: MadeOrganisation) =>
  one<{ messages: number; contacts: number; conversations: number; unread: number }>(
    `select (select count(*)::int from messages where org_id = $1) as messages, (select count(*)::int from contacts where org_id = $1) as contacts,
      (select count(*)::int from conversations where org_id = $1) as conversations, (select coalesce(sum(unread), 0)::int from conversations where org_id = $1) as unread`,
    [org.id],
  );

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

describe("a number that lives on the phone app", () => {
  const field = (org: MadeOrganisation, name: string, value: object) => ({
    field: name,
    value: {
      messaging_product: "whatsapp",
      metadata: { phone_number_id: phoneOf(org), display_phone_number: "15550100001" },
      ...value,
    },
  });
  const take = async (org: MadeOrganisation, ...changes: object[]) => {
    for (const change of changes) expect(await deliver(envelopeOf(wabaOf(org), change))).toBe(200);
    await drain(org.id);
  };
  const shown = async (org: MadeOrganisation) => {
    const { items } = await listConversations(ctxOf(org, "owner"), { view: "all" });
    const [first] = items;
    if (!first) throw new Error("no conversation");
    const thread = await listMessages(ctxOf(org, "owner"), { conversationId: asId("conversation", first.id) });
    return { row: first, thread: thread.items };
  };

  test("what is sent on the phone stands in the thread as sent there: not unread, no window, no repeat", async () => {
    const org = await makeOrganisation();
    const echo = {
      from: "15550100001",
      to: "628111",
      id: wamid(),
      timestamp: "1790000400",
      type: "text",
      text: { body: "Já te respondo" },
    };
    const change = field(org, "smb_message_echoes", { message_echoes: [echo] });
    await take(org, change, { ...change, value: { ...change.value, again: 1 } });
    const { row, thread } = await shown(org);
    expect(row).toMatchObject({ unread: 0, windowClosesAt: null, preview: { text: "Já te respondo", direction: "out" } });
    expect(thread).toMatchObject([{ direction: "out", origin: "phone", state: "sent", author: null }]);
  });

  test("a past told in shuffled and repeated pieces arrives whole, once, in order, and waits for nobody", async () => {
    const org = await makeOrganisation();
    const start = 1_789_000_000;
    const all = Array.from({ length: 60 }, (_, i) => ({
      ...(i % 2 ? { from: "15550100001", to: "628111" } : { from: "628111" }),
      id: wamid(),
      timestamp: String(start + i),
      type: "text",
      text: { body: `lama ${i}` },
      history_context: { status: i % 2 ? "READ" : "DELIVERED" },
    }));
    const chunk = (n: number) =>
      field(org, "history", {
        history: [
          {
            metadata: { phase: n < 3 ? 0 : 1, chunk_order: n % 3, progress: Math.round(((n + 1) / 6) * 100) },
            threads: [{ id: "628111", messages: [...all.slice(n * 10, n * 10 + 10), { id: "broken" }] }],
          },
        ],
      });
    await take(org, ...[4, 1, 5, 0, 3, 2, 4, 0].map(chunk));
    const { row, thread } = await shown(org);
    expect(row).toMatchObject({ unread: 0, windowClosesAt: null, preview: { text: "lama 59" } });
    const texts = thread.map((m) => (m.content.kind === "text" ? m.content.text : ""));
    expect(texts).toEqual(all.slice(-texts.length).map((m) => m.text.body));
    expect(await counts(org)).toEqual({ messages: 60, contacts: 1, conversations: 1, unread: 0 });
    expect(thread.find((m) => m.content.kind === "text" && m.content.text === "lama 59")).toMatchObject({
      origin: "phone",
      state: "read",
    });
    const told = await one<{ pieces: number; progress: number; messages: number }>(
      "select count(*)::int as pieces, max(progress) as progress, sum(messages)::int as messages from history_chunks where org_id = $1",
      [org.id],
    );
    expect(told).toEqual({ pieces: 6, progress: 100, messages: 60 });
    // a word of today opens the window and is unread, as everywhere
    await take(org, messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", "hari ini")] }));
    expect((await shown(org)).row).toMatchObject({ unread: 1, preview: { text: "hari ini" } });
  });

  test("a chunk of many messages is handled in parts, and counts as told as far as it is", async () => {
    const org = await makeOrganisation();
    const messages = Array.from({ length: 2 * PART_MESSAGES + 15 }, (_, i) => ({
      from: "628111",
      id: wamid(),
      timestamp: String(1_789_000_000 + i),
      type: "text",
      text: { body: `lama ${i}` },
      history_context: { status: "READ" },
    }));
    const chunk = field(org, "history", {
      history: [{ metadata: { phase: 0, chunk_order: 1, progress: 100 }, threads: [{ id: "628111", messages }] }],
    });
    expect(await deliver(envelopeOf(wabaOf(org), chunk))).toBe(200);
    await splitDeliveries();
    const told = async () =>
      (await one<{ n: number }>("select coalesce(sum(messages), 0)::int as n from history_chunks where org_id = $1", [org.id])).n;
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      expect(await processOrganisation(asId("organisation", org.id))).toMatchObject({ taken: 1, past: true, more: i < 2 });
      expect((await counts(org)).messages).toBe(await told());
      seen.push(await told());
    }
    expect(seen).toEqual([PART_MESSAGES, 2 * PART_MESSAGES, messages.length]);
    // told once more, by another delivery
    await take(org, { ...chunk, value: { ...chunk.value, again: 1 } });
    expect([await told(), (await counts(org)).messages]).toEqual([messages.length, messages.length]);
  });

  test("files of the past take the place of their placeholders, whichever comes first and however often", async () => {
    const org = await makeOrganisation();
    const [early, late, own, never] = [wamid(), wamid(), wamid(), wamid()];
    const at = (i: number) => String(1_789_000_000 + i);
    const told = (id: string, i: number, fromUs = false) => ({
      ...(fromUs ? { from: "15550100001", to: "628111" } : { from: "628111" }),
      id,
      timestamp: at(i),
      type: "media_placeholder",
      history_context: { status: "READ" },
    });
    const file = (id: string, i: number, caption: string, fromUs = false) =>
      field(org, "history", {
        messages: [
          {
            ...(fromUs ? { from: "15550100001", to: "628111" } : { from: "628111" }),
            id,
            timestamp: at(i),
            type: "image",
            image: { id: "900", mime_type: "image/jpeg", sha256: "x", caption },
          },
        ],
      });
    const past = field(org, "history", {
      history: [
        {
          metadata: { phase: 0, chunk_order: 1, progress: 100 },
          threads: [{ id: "628111", messages: [told(never, 0), told(early, 1), told(own, 2, true), told(late, 3)] }],
        },
      ],
    });
    await take(org, file(early, 1, "lebih dulu"), past);
    expect((await getNumbers(ctxOf(org, "owner"))).numbers[0]?.past).toBeNull(); // not a number of the app
    await owner().query("update channels set coexistence = true where org_id = $1", [org.id]);
    const missing = async () => (await getNumbers(ctxOf(org, "owner"))).numbers[0]?.past?.missing;
    expect(await missing()).toBe(3);
    await take(org, file(late, 3, "kemudian"), file(own, 2, "dari kami", true), { ...file(late, 3, "kemudian"), again: 1 });
    const { row, thread } = await shown(org);
    expect(thread.map((m) => [m.direction, m.content])).toEqual([
      ["in", { kind: "card", type: "media_placeholder", lines: [] }],
      ["in", { kind: "card", type: "image", lines: ["lebih dulu"] }],
      ["out", { kind: "card", type: "image", lines: ["dari kami"] }],
      ["in", { kind: "card", type: "image", lines: ["kemudian"] }],
    ]);
    expect(row).toMatchObject({ unread: 0, windowClosesAt: null, preview: { type: "image" } });
    expect(await counts(org)).toMatchObject({ messages: 4, conversations: 1, contacts: 1 });
    expect(await missing()).toBe(1);
    const seen = await one<{ seen: boolean }>(
      "select app_seen_at > now() - interval '1 minute' as seen from channels where org_id = $1",
      [org.id],
    );
    expect(seen).toEqual({ seen: true });
  });

  test("names of the phone's address book name contacts and their conversations; a refusal to share is noted", async () => {
    const org = await makeOrganisation();
    await take(org, messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", "halo")] }));
    const entry = (phone: string, name: string, action = "add") => ({
      type: "contact",
      contact: { full_name: name, phone_number: phone },
      action,
      metadata: { timestamp: "1790000500" },
    });
    const book = [entry("628111", "Ibu Ana Souza"), entry("628222", "Budi"), entry("628333", "Weg", "remove")];
    await take(org, field(org, "smb_app_state_sync", { state_sync: book }));
    expect((await shown(org)).row.name).toBe("Ibu Ana Souza");
    expect(await counts(org)).toMatchObject({ contacts: 2, conversations: 1 });
    await take(org, field(org, "history", { history: [{ errors: [{ code: 2593109, title: "declined" }] }] }));
    expect(await one("select history_declined from channels where org_id = $1", [org.id])).toEqual({ history_declined: 2593109 });
  });
});

test("what was kept for an account nobody had connected is handed over in order once its number is, and to nobody else", async () => {
  const [org, other] = await Promise.all([makeOrganisation({ channels: [] }), makeOrganisation()]);
  const [waba, phone] = [fakeMetaId(), fakeMetaId()];
  for (let i = 0; i < 5; i++)
    await deliver(
      envelopeOf(waba, messagesChange(phone, { messages: [textMessage(wamid(), "628111", `menunggu ${i}`, 1_790_000_000 + i)] })),
    );
  // another test file may hold the splitter's turn
  await vi.waitFor(async () => {
    await splitDeliveries();
    expect(await statesOf(phone)).toHaveLength(5);
  }, 20_000);
  await rerouteUnrouted();
  expect(await statesOf(phone)).toEqual(Array(5).fill("unrouted"));
  await makeChannel(org.id, await orgKeys(org.id), { wabaId: waba, phoneNumberId: phone });
  await vi.waitFor(async () => {
    await rerouteUnrouted();
    expect(await statesOf(phone)).not.toContain("unrouted");
  }, 10_000);
  await drain(org.id, other.id);
  expect(await counts(org)).toEqual({ messages: 5, contacts: 1, conversations: 1, unread: 5 });
  expect(await counts(other)).toEqual({ messages: 0, contacts: 0, conversations: 0, unread: 0 });
  expect(await rerouteUnrouted()).toMatchObject({ organisations: [] });
});

test("an account that leaves takes its numbers along, keeps its history, and may be connected elsewhere; told twice, once", async () => {
  const org = await makeOrganisation();
  const statusOf = () =>
    one<{ status: string; status_reason: string | null }>("select status, status_reason from channels where org_id = $1", [
      org.id,
    ]);
  const tell = async (event: string, more: object = {}) => {
    const waba_info = { waba_id: wabaOf(org), owner_business_id: fakeMetaId() };
    await deliver(envelopeOf(fakeMetaId(), { field: "account_update", value: { event, waba_info, ...more } }));
    await drain(org.id);
  };
  await tell("ACCOUNT_OFFBOARDED");
  expect(await statusOf()).toEqual({ status: "needs_reconnect", status_reason: "ACCOUNT_OFFBOARDED" });
  await tell("ACCOUNT_RECONNECTED");
  expect((await statusOf()).status).toBe("connected");
  await owner().query("update channels set status = 'needs_reconnect', status_reason = null where org_id = $1", [org.id]);
  await tell("ACCOUNT_RECONNECTED"); // a dead token does not come back by that
  expect((await statusOf()).status).toBe("needs_reconnect");
  await tell("PARTNER_APP_UNINSTALLED", { waba_info: { waba_id: wabaOf(org), partner_app_id: "999" } });
  expect((await statusOf()).status).toBe("needs_reconnect");
  for (let i = 0; i < 2; i++)
    await tell("PARTNER_REMOVED", { disconnection_info: { reason: "PRIMARY_INACTIVITY", initiated_by: "SYSTEM" } });
  expect(await statusOf()).toEqual({ status: "disconnected", status_reason: "PRIMARY_INACTIVITY" });
  const trail = await owner().query("select 1 from audit_entries where org_id = $1 and action = 'channel.disconnected'", [
    org.id,
  ]);
  expect(trail.rowCount).toBe(1);
  await expect(makeOrganisation({ channels: [{ wabaId: wabaOf(org), phoneNumberId: phoneOf(org) }] })).resolves.toBeDefined();
});
