import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listConversations, listMessages } from "@/lib/inbox";
import { asId } from "@/lib/kernel/ids";
import { closeDb } from "@/lib/platform/db";
import { forgetKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, status, textMessage } from "@/lib/testing/webhooks";
import { processOrganisation, splitDeliveries } from "@/lib/webhooks";

const owner = () => poolOf("owner");
const one = async <T>(text: string, values: unknown[]): Promise<T> => (await owner().query(text, values)).rows[0] as T;
const phoneOf = (org: MadeOrganisation) => org.channels[0]?.phoneNumberId ?? "";
const wabaOf = (org: MadeOrganisation) => org.channels[0]?.wabaId ?? "";
const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
const events = (phone: string) =>
  owner()
    .query<{ id: string; state: string; kind: string; cause: string | null }>(
      "select id, state, kind, cause from webhook_events where phone_number_id = $1 order by id",
      [phone],
    )
    .then((r) => r.rows);
const counts = (org: MadeOrganisation) =>
  one<{ messages: number; contacts: number; conversations: number; unread: number }>(
    `select (select count(*)::int from messages where org_id = $1) as messages, (select count(*)::int from contacts where org_id = $1) as contacts,
      (select count(*)::int from conversations where org_id = $1) as conversations, (select coalesce(sum(unread), 0)::int from conversations where org_id = $1) as unread`,
    [org.id],
  );

/** Another test file may hold the splitter's turn: asks until so many events of a number are there. */
const splitUntil = (phone: string, n: number) =>
  vi.waitFor(async () => {
    await splitDeliveries();
    expect((await events(phone)).length).toBe(n);
  }, 20_000);

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

describe("a batch", () => {
  test("count in is count out, and delivering it again in any shape changes nothing", async () => {
    const [a, b] = await Promise.all([makeOrganisation(), makeOrganisation()]);
    const mine = ["628111", "628222", "628111"].map((from, i) => textMessage(wamid(), from, `pesan ${i}`));
    const theirs = [textMessage(wamid(), "5511977770001", "olá")];
    const changes = [
      messagesChange(phoneOf(a), { messages: mine.slice(0, 2), statuses: [status(wamid(), "sent", 1_790_000_000)] }),
      messagesChange(phoneOf(b), { messages: theirs }),
    ];
    const body = {
      object: "whatsapp_business_account",
      entry: [
        { id: wabaOf(a), changes },
        { id: wabaOf(a), changes: [messagesChange(phoneOf(a), { messages: mine.slice(2) })] },
      ],
    };
    expect(await deliver(body)).toBe(200);
    await drain(a.id, b.id);
    expect(await counts(a)).toEqual({ messages: 3, contacts: 2, conversations: 2, unread: 3 });
    expect(await counts(b)).toEqual({ messages: 1, contacts: 1, conversations: 1, unread: 1 });
    expect((await events(phoneOf(a))).length).toBe(4);

    const pieces = [...mine].reverse().map((m) => envelopeOf(wabaOf(a), messagesChange(phoneOf(a), { messages: [m] })));
    const answers = await Promise.all(
      [...Array.from({ length: 8 }, () => body), ...pieces, { ...body, again: 1 }].map((x) => deliver(x)),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    await drain(a.id, b.id);
    expect(await counts(a)).toEqual({ messages: 3, contacts: 2, conversations: 2, unread: 3 });
    expect(await counts(b)).toEqual({ messages: 1, contacts: 1, conversations: 1, unread: 1 });
    expect((await events(phoneOf(a))).length).toBe(4);
  });

  test("the same wamid on two numbers of one organisation is two messages", async () => {
    const org = await makeOrganisation({ channels: [{}, {}] });
    const id = wamid();
    const changes = org.channels.map((c) =>
      messagesChange(c.phoneNumberId, { messages: [textMessage(id, "628111", "dua nomor")] }),
    );
    await deliver(envelopeOf(wabaOf(org), ...changes));
    await drain(org.id);
    expect(await counts(org)).toMatchObject({ messages: 2, conversations: 2, contacts: 1 });
  });

  test("equal bodies arriving together are one delivery that counts its repeats", async () => {
    const org = await makeOrganisation();
    const body = envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", "sekali")] }));
    await Promise.all(Array.from({ length: 8 }, () => deliver(body)));
    await drain(org.id);
    expect((await counts(org)).messages).toBe(1);
  });
});

describe("what a person sees", () => {
  test("text with U+0000, a lone surrogate, bidi controls and script arrives as it was written", async () => {
    const org = await makeOrganisation();
    const said = 'a\u0000b \ud83d c \u202e<script>alert(1)</script> "quoted"';
    await deliver(
      envelopeOf(
        wabaOf(org),
        messagesChange(phoneOf(org), {
          contacts: [{ wa_id: "628111", profile: { name: "\u0000Ana" } }],
          messages: [textMessage(wamid(), "628111", said)],
        }),
      ),
    );
    await drain(org.id);
    const ctx = ctxOf(org, "owner");
    const [row] = (await listConversations(ctx, { view: "all" })).items;
    const page = await listMessages(ctx, { conversationId: asId("conversation", row?.id ?? "") });
    expect(page.items[0]?.content).toEqual({ kind: "text", text: said });
  });

  test("late and early messages end in the same order and preview, whatever the order of arrival", async () => {
    const org = await makeOrganisation();
    const t = Math.floor(Date.now() / 1000) - 600;
    const list = [3, 1, 2].map((n) => textMessage(wamid(), "628111", `ke-${n}`, t + n));
    for (const m of list) {
      await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [m] })));
      await drain(org.id);
    }
    const ctx = ctxOf(org, "owner");
    const [row] = (await listConversations(ctx, { view: "all" })).items;
    expect(row?.preview?.text).toBe("ke-3");
    const page = await listMessages(ctx, { conversationId: asId("conversation", row?.id ?? "") });
    expect(page.items.map((m) => (m.content.kind === "text" ? m.content.text : ""))).toEqual(["ke-1", "ke-2", "ke-3"]);
  });

  test("a person known by phone and by business-scoped id is one contact, and a renamed one is renamed everywhere", async () => {
    const org = await makeOrganisation();
    const send = async (message: object, contact: object) => {
      await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { contacts: [contact], messages: [message] })));
      await drain(org.id);
    };
    const bsuid = "BR.7f3k2q9x1m";
    await send(textMessage(wamid(), "5511977770001", "1"), { wa_id: "5511977770001", profile: { name: "Ana" } });
    await send(
      { ...textMessage(wamid(), "551177770001", "2"), from_user_id: bsuid },
      { wa_id: "551177770001", user_id: bsuid, profile: { name: "Ana Souza" } },
    );
    await send(
      { ...textMessage(wamid(), "", "3"), from: undefined, from_user_id: bsuid },
      { user_id: bsuid, profile: { name: "Ana Souza" } },
    );
    expect(await counts(org)).toMatchObject({ contacts: 1, conversations: 1, messages: 3 });
    const [row] = (await listConversations(ctxOf(org, "owner"), { view: "all" })).items;
    expect(row?.name).toBe("Ana Souza");
  });
});

describe("bad input", () => {
  test("a forged or missing signature is refused and nothing is stored", async () => {
    const before = await one<{ n: number }>(
      "select count(*)::int as n from webhook_deliveries where received_at > now() - interval '1 hour' and bytes = 31337",
      [],
    );
    expect(await deliver("{}", { secret: "not the secret at all" })).toBe(401);
    expect(await deliver("{}", { signature: "" })).toBe(401);
    expect(await deliver("{}", { signature: "sha256=zz" })).toBe(401);
    expect(before.n).toBe(0);
  });

  test("what is no JSON, or JSON of a foreign shape, is stored, answered 200 and quarantined with its cause", async () => {
    const org = await makeOrganisation();
    const marker = randomUUID();
    expect(await deliver(`not json ${marker}`)).toBe(200);
    expect(await deliver({ hello: marker })).toBe(200);
    expect(
      await deliver({
        entry: [
          { id: marker, changes: [null, messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", "ok")] })] },
        ],
      }),
    ).toBe(200);
    await drain(org.id);
    const { rows } = await owner().query(
      "select state, cause, org_id from webhook_events where field = 'unreadable' and received_at > now() - interval '1 minute' order by cause",
    );
    expect(new Set(rows.map((r) => r.cause))).toEqual(new Set(["foreign_shape", "not_json"]));
    expect(rows.every((r) => r.state === "quarantined")).toBe(true);
    expect((await counts(org)).messages).toBe(1); // the sound part of the third body went on
  });

  test("traffic of an unknown number is kept unrouted, visible to no tenant", async () => {
    const phone = fakeMetaId();
    await deliver(envelopeOf(fakeMetaId(), messagesChange(phone, { messages: [textMessage(wamid(), "628111", "orphan")] })));
    await drain();
    expect(await events(phone)).toMatchObject([{ state: "unrouted", kind: "message", cause: null }]);
    const row = await one<{ org_id: string | null }>("select org_id from webhook_events where phone_number_id = $1", [phone]);
    expect(row.org_id).toBeNull();
  });

  test("no body can stand in the way of another organisation's", async () => {
    const [healthy, erased] = await Promise.all([makeOrganisation(), makeOrganisation()]);
    const deep = `${'{"a":'.repeat(6000)}1${"}".repeat(6000)}`;
    const nul = (id: string) => JSON.stringify(messagesChange(id, { messages: [textMessage(wamid(), "628111", "x")] }));
    const poisons = [
      `{"entry":[{"id":"1","changes":[${nul("1\u0000")}]}]}`,
      JSON.stringify({
        entry: [{ id: "9\u0000", changes: [{ field: "account_update", value: { event: "x", marker: randomUUID() } }] }],
      }),
      `{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"${phoneOf(healthy)}"},"messages":[{"id":"${wamid()}","x":${deep}}]}}]}]}`,
      JSON.stringify(
        envelopeOf(wabaOf(erased), messagesChange(phoneOf(erased), { messages: [textMessage(wamid(), "628111", "x")] })),
      ),
    ];
    await owner().query("update data_keys set state = 'destroyed', wrapped = null where org_id = $1", [erased.id]);
    forgetKeys();
    for (const body of poisons) expect(await deliver(body)).toBe(200);
    await deliver(
      envelopeOf(wabaOf(healthy), messagesChange(phoneOf(healthy), { messages: [textMessage(wamid(), "628111", "sehat")] })),
    );
    await drain(healthy.id);
    expect((await counts(healthy)).messages).toBe(1);
    const { rows } = await owner().query("select state, cause from webhook_events where org_id = $1", [erased.id]);
    expect(rows).toEqual([{ state: "quarantined", cause: "no_key" }]);
  });

  test("a place near the equator beside a sixteen-digit number is still a message", async () => {
    const org = await makeOrganisation();
    const message = {
      id: wamid(),
      from: "628111",
      timestamp: "1790000000",
      type: "location",
      location: { latitude: -0.026330199999999998, longitude: 109.3425, address: "NIK 3174012345678901" },
    };
    await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [message] })));
    await drain(org.id);
    expect((await counts(org)).messages).toBe(1);
  });

  test("strangers without a usable number are not one person, and a landline is not somebody's mobile", async () => {
    const org = await makeOrganisation();
    const messages = [
      textMessage(wamid(), "abc", "1"),
      textMessage(wamid(), "551133334444", "2"),
      textMessage(wamid(), "5511933334444", "3"),
    ];
    await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages })));
    await drain(org.id);
    expect(await counts(org)).toMatchObject({ contacts: 2, conversations: 2, messages: 2 });
    expect((await events(phoneOf(org))).filter((e) => e.cause === "no_sender").length).toBe(1);
  });

  test("a message from the far future does not pin its conversation", async () => {
    const org = await makeOrganisation();
    const send = (text: string, at: number) =>
      deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", text, at)] })));
    await send("masa depan", 29_348_323_200);
    await drain(org.id);
    await owner().query("update conversations set last_activity_at = now() - interval '1 minute' where org_id = $1", [org.id]);
    const { rows } = await owner().query(
      "select max(at) < now() + interval '3 minutes' as sane from messages where org_id = $1",
      [org.id],
    );
    expect(rows[0].sane).toBe(true);
    await send("sekarang", Math.floor(Date.now() / 1000));
    await drain(org.id);
    const [row] = (await listConversations(ctxOf(org, "owner"), { view: "all" })).items;
    expect(row?.preview?.text).toBe("sekarang");
  });

  test("one poison event is retried by itself; its neighbours arrive", async () => {
    const org = await makeOrganisation();
    const list = Array.from({ length: 9 }, (_, i) => textMessage(wamid(), "628111", `baik ${i}`));
    await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: list })));
    const { splitDeliveries } = await import("@/lib/webhooks");
    await splitDeliveries();
    const { takeOpened } = await import("@/lib/webhooks/opened");
    for (const { id } of await events(phoneOf(org))) takeOpened(id); // as in a process that did not split them
    // a payload that no longer opens: the row was altered in the database
    await owner().query(
      "update webhook_events set payload_sealed = set_byte(payload_sealed, length(payload_sealed) - 1, (get_byte(payload_sealed, length(payload_sealed) - 1) + 1) % 256) where id = (select id from webhook_events where phone_number_id = $1 order by id offset 4 limit 1)",
      [phoneOf(org)],
    );
    await drain(org.id);
    expect((await counts(org)).messages).toBe(8);
    const failed = (
      await owner().query(
        "select state, attempts, cause, next_attempt_at > now() + interval '4 minutes' as later from webhook_events where phone_number_id = $1 and state = 'pending'",
        [phoneOf(org)],
      )
    ).rows;
    expect(failed).toEqual([{ state: "pending", attempts: 1, cause: "handler_failed", later: true }]);
    for (let i = 0; i < 3; i++) {
      await owner().query("update webhook_events set next_attempt_at = now() where phone_number_id = $1 and state = 'pending'", [
        phoneOf(org),
      ]);
      await drain(org.id);
    }
    expect((await events(phoneOf(org))).filter((e) => e.state === "quarantined").length).toBe(1);
  });

  test("an element without id, author or time is quarantined with its cause, the rest handled", async () => {
    const org = await makeOrganisation();
    const messages = [
      { type: "text", text: { body: "x" }, timestamp: "1" },
      { id: wamid(), timestamp: "1790000000", type: "text" },
      textMessage(wamid(), "628111", "ok"),
    ];
    const statuses = [status(wamid(), "teleported", 1_790_000_000)];
    await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages, statuses })));
    await drain(org.id);
    expect((await events(phoneOf(org))).map((e) => e.cause).sort()).toEqual(
      ["no_id", "no_sender", "unknown_status", null].sort(),
    );
    expect((await counts(org)).messages).toBe(1);
  });

  test("other fields are kept as events for the rooms to come", async () => {
    const org = await makeOrganisation();
    const echo = {
      field: "smb_message_echoes",
      value: {
        metadata: { phone_number_id: phoneOf(org) },
        message_echoes: [{ id: wamid(), to: "628111", timestamp: "1790000400", type: "text", text: { body: "from the phone" } }],
      },
    };
    const review = { field: "account_review_update", value: { decision: "APPROVED" } };
    await deliver(envelopeOf(wabaOf(org), echo, review));
    await drain(org.id);
    const { rows } = await owner().query(
      "select field, kind, state, payload_sealed is not null as kept from webhook_events where org_id = $1 order by field",
      [org.id],
    );
    expect(rows).toEqual([
      { field: "account_review_update", kind: "generic", state: "processed", kept: true },
      { field: "smb_message_echoes", kind: "echo", state: "processed", kept: true },
    ]);
  });
});

test("large payloads are handled in sets that fit into memory, and none is left", async () => {
  const org = await makeOrganisation();
  const big = (i: number) => ({ ...textMessage(wamid(), "628111", `besar ${i}`), referral: { body: "x".repeat(3_000_000) } });
  for (let i = 0; i < 8; i++) await deliver(envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [big(i)] })));
  await splitUntil(phoneOf(org), 8);
  let sets = 0;
  for (let more = true; more; sets++) ({ more } = await processOrganisation(org.id));
  expect(await counts(org)).toMatchObject({ messages: 8, conversations: 1, unread: 8 });
  expect(sets).toBeGreaterThan(1);
});

test("events of an erased organisation are set apart instead of coming back for ever", async () => {
  const org = await makeOrganisation();
  await deliver(
    envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", "terlambat")] })),
  );
  await splitUntil(phoneOf(org), 1);
  await owner().query("update data_keys set wrapped = null, state = 'destroyed' where org_id = $1", [org.id]);
  forgetKeys();
  await processOrganisation(org.id);
  expect(await events(phoneOf(org))).toMatchObject([{ state: "quarantined", kind: "message", cause: "no_key" }]);
});

test("copies shuffled under the splitter's feet are all answered 200", async () => {
  const org = await makeOrganisation();
  const bodies = Array.from({ length: 60 }, (_, i) =>
    envelopeOf(wabaOf(org), messagesChange(phoneOf(org), { messages: [textMessage(wamid(), "628111", `salin ${i}`)] })),
  );
  const answers: number[] = [];
  let done = false;
  const splitting = (async () => {
    while (!done) await splitDeliveries();
  })();
  for (let round = 0; round < 12; round++) {
    const shuffled = [...bodies].sort(() => Math.random() - 0.5);
    answers.push(...(await Promise.all(shuffled.map((body) => deliver(body)))));
  }
  done = true;
  await splitting;
  expect(new Set(answers)).toEqual(new Set([200]));
  await drain(org.id);
  expect(await counts(org)).toMatchObject({ messages: 60 });
});
