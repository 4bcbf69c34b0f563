import fc from "fast-check";
import { expect, test } from "vitest";
import { outcomeOf } from "@/lib/providers/meta/graph";
import { classifySendError, failureReason } from "@/lib/providers/meta/map-error";
import { parseMessage, parseStatus, Unreadable } from "@/lib/providers/meta/parse-message";
import { canonicalJson, parseBody, splitEnvelope } from "@/lib/providers/meta/split-envelope";

const metadata = { display_phone_number: "15550100001", phone_number_id: "300" };
const change = (value: object, field = "messages") => ({ field, value: { messaging_product: "whatsapp", metadata, ...value } });
const envelope = (...entries: object[][]) => ({
  object: "whatsapp_business_account",
  entry: entries.map((changes, i) => ({ id: `20${i}`, changes })),
});
const text = (id: string, from = "628111") => ({ from, id, timestamp: "1790000000", type: "text", text: { body: "halo" } });

test("every message, status, error and change of a batch becomes one piece", () => {
  const pieces = splitEnvelope(
    envelope(
      [
        change({ messages: [text("a"), text("b")], statuses: [{ id: "c", status: "sent", timestamp: "1" }] }),
        change({ errors: [{ code: 1 }] }),
      ],
      [
        change({ message_echoes: [{ id: "e1" }, { id: "e2" }] }, "smb_message_echoes"),
        change({ event: "APPROVED" }, "message_template_status_update"),
      ],
    ),
  );
  expect(pieces?.map((p) => p.kind)).toEqual(["message", "message", "status", "error", "echo", "echo", "generic"]);
  expect(new Set(pieces?.map((p) => p.dedupe.join())).size).toBe(7);
});

test("the same elements in any grouping have the same dedupe keys", () => {
  const messages = ["a", "b", "c", "d"].map((id) => text(id));
  const keys = (e: object) =>
    splitEnvelope(e)
      ?.map((p) => p.dedupe.join("|"))
      .sort();
  const together = keys(envelope([change({ messages })]));
  const apart = keys(envelope(...messages.reverse().map((m) => [change({ messages: [m] })])));
  expect(apart).toEqual(together);
});

test("a contact is paired by user, never by index", () => {
  const contacts = [
    { profile: { name: "Budi" }, wa_id: "628222" },
    { profile: { name: "Ana" }, wa_id: "628111" },
  ];
  const [piece] = splitEnvelope(envelope([change({ contacts, messages: [text("a", "628111")] })])) ?? [];
  expect(parseMessage(piece?.payload ?? {}).sender.profileName).toBe("Ana");
});

test("long ids keep their digits, and text that looks like one is left alone", () => {
  const parsed = parseBody(Buffer.from('{"id":600100000000000012345,"text":": 600100000000000012345,","n":12}')) as Record<
    string,
    unknown
  >;
  expect(parsed).toEqual({ id: "600100000000000012345", text: ": 600100000000000012345,", n: 12 });
});

test("no envelope at all is told apart from a broken part", () => {
  expect(splitEnvelope({ hello: 1 })).toBeNull();
  expect(splitEnvelope([])).toBeNull();
  expect(splitEnvelope({ entry: [{ id: "1", changes: [null] }] })?.[0]?.broken).toBe("foreign_shape");
});

test("splitting and parsing never fail on arbitrary JSON, except to say it is unreadable", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.jsonValue({ maxDepth: 4 }), (body, inner) => {
      const pieces = [
        ...(splitEnvelope(body) ?? []),
        ...(splitEnvelope({
          entry: [{ id: "1", changes: [{ field: "messages", value: { metadata, messages: [inner], statuses: [inner] } }] }],
        }) ?? []),
      ];
      for (const piece of pieces) {
        for (const parse of [parseMessage, parseStatus]) {
          try {
            parse(piece.payload);
          } catch (error) {
            expect(error).toBeInstanceOf(Unreadable);
          }
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test("key order does not change a hash", () => {
  expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [1, { c: 2, d: 1 }] }));
});

const TYPES: [string, object, string, string[]][] = [
  ["text", { text: { body: "hi" } }, "text", ["hi"]],
  ["image", { image: { id: "9", caption: "scan" } }, "image", ["scan"]],
  ["video", { video: { id: "9" } }, "video", []],
  ["audio", { audio: { id: "9", voice: true } }, "voice", []],
  ["audio", { audio: { id: "9" } }, "audio", []],
  ["document", { document: { id: "9", filename: "akta.pdf", caption: "draf" } }, "document", ["akta.pdf", "draf"]],
  ["sticker", { sticker: { id: "9" } }, "sticker", []],
  ["location", { location: { latitude: 1, longitude: 2, name: "Kantor" } }, "location", ["Kantor", "1, 2"]],
  [
    "contacts",
    { contacts: [{ name: { formatted_name: "Sari" }, phones: [{ phone: "+62 811" }] }] },
    "contacts",
    ["Sari", "+62 811"],
  ],
  ["interactive", { interactive: { type: "button_reply", button_reply: { id: "x", title: "Ya" } } }, "button_reply", ["Ya"]],
  [
    "interactive",
    { interactive: { type: "list_reply", list_reply: { id: "x", title: "09:00", description: "Sala 2" } } },
    "list_reply",
    ["09:00", "Sala 2"],
  ],
  [
    "interactive",
    { interactive: { type: "nfm_reply", nfm_reply: { body: "Sent", response_json: "{}" } } },
    "flow_reply",
    ["Sent"],
  ],
  [
    "interactive",
    { interactive: { type: "call_permission_reply", call_permission_reply: { response: "accept" } } },
    "call_permission_reply",
    ["accept"],
  ],
  ["interactive", { interactive: {} }, "interactive", []],
  ["button", { button: { text: "Parar", payload: "STOP" } }, "button", ["Parar"]],
  ["reaction", { reaction: { message_id: "w", emoji: "👍" } }, "reaction", ["👍"]],
  ["reaction", { reaction: { message_id: "w" } }, "reaction_removed", []],
  [
    "order",
    { order: { text: "please", product_items: [{ quantity: 2, product_retailer_id: "sku", item_price: 5, currency: "BRL" }] } },
    "order",
    ["please", "2 × sku 5 BRL"],
  ],
  ["system", { system: { type: "user_changed_number", body: "changed", wa_id: "628222" } }, "number_changed", ["+62 8222"]],
  ["system", { system: { type: "user_changed_user_id", body: "changed" } }, "user_id_changed", []],
  ["system", { system: { type: "customer_identity_changed", body: "changed" } }, "identity_changed", []],
  ["system", { system: { type: "user_did_something", body: "something new" } }, "system", ["something new"]],
  ["unsupported", { unsupported: { type: "poll" } }, "unsupported", ["poll"]],
  ["text", { text: { body: " \u200b\u0000\n" } }, "text", []],
  ["text", { group_id: "g1", text: { body: "to all" } }, "group", ["to all"]],
  ["image", { group_id: "g1", image: { id: "9", caption: "scan" } }, "group", ["scan"]],
  ["location", { location: { latitude: { toString: null }, longitude: 2 } }, "location", []],
  ["edit", { edit: { message: { type: "text", text: { body: "better" } } } }, "edit", ["better"]],
  ["revoke", { revoke: { original_message_id: "w" } }, "revoke", []],
  ["hologram", {}, "hologram", []],
  ["<script>", {}, "unknown", []],
];

test.each(TYPES)("%s is understood or named: %j", (type, part, shown, said) => {
  const { content } = parseMessage({ metadata, message: { from: "628111", id: "w", timestamp: "1790000000", type, ...part } });
  if (content.kind === "text") expect([content.text]).toEqual(said);
  else if (content.kind === "card") expect([content.type, content.lines]).toEqual([shown, said]);
});

test("a person without a phone is still a person", () => {
  const { sender } = parseMessage({
    metadata,
    message: { from_user_id: "BR.7f3k", id: "w", timestamp: "1790000000", type: "text", text: { body: "oi" } },
  });
  expect(sender).toEqual({ phone: null, bsuid: "BR.7f3k", username: null, profileName: null, becomes: null });
});

test("a system message says who somebody was and who they are now", () => {
  const system = { type: "user_changed_user_id", user_id: "BR.new", previous_user_id: "BR.old", wa_id: "5511966660002" };
  const { sender, opensWindow } = parseMessage({
    metadata,
    message: { id: "w", timestamp: "1790000000", type: "system", system },
  });
  expect(sender).toMatchObject({ phone: null, bsuid: "BR.old", becomes: { phone: "5511966660002", bsuid: "BR.new" } });
  expect(opensWindow).toBe(false);
});

test("only a system message says who somebody becomes, or who they were", () => {
  const system = { user_id: "BR.evil", previous_user_id: "BR.victim", wa_id: "5511966660002" };
  const message = { from: "628111", id: "w", timestamp: "1790000000", type: "text", text: { body: "hi" }, system };
  expect(parseMessage({ metadata, message }).sender).toMatchObject({ phone: "628111", bsuid: null, becomes: null });
});

test("what answers, reacts, corrects or deletes names its target; what is forwarded names none", () => {
  const quotes = (type: string, part: object) =>
    parseMessage({ metadata, message: { from: "628111", id: "w", timestamp: "1790000000", type, ...part } }).quotes;
  expect(quotes("text", { text: { body: "ya" }, context: { id: "t" } })).toBe("t");
  expect(quotes("image", { image: { id: "9" }, context: { id: "t" } })).toBe("t");
  expect(quotes("reaction", { reaction: { message_id: "t", emoji: "👍" } })).toBe("t");
  expect(quotes("reaction", { reaction: { message_id: "t" } })).toBe("t");
  expect(quotes("edit", { edit: { original_message_id: "t" } })).toBe("t");
  expect(quotes("revoke", { revoke: { original_message_id: "t" } })).toBe("t");
  expect(quotes("text", { text: { body: "ya" }, context: { forwarded: true } })).toBeNull();
});

test("what is said in a group opens nobody's window", () => {
  const message = { from: "628111", group_id: "g1", id: "w", timestamp: "1790000000", type: "text", text: { body: "hi" } };
  expect(parseMessage({ metadata, message }).opensWindow).toBe(false);
});

test("a failure whose code is no number is a failure all the same", () => {
  const receipt = { id: "w", status: "failed", timestamp: "1790000000", errors: [{ code: { toString: null } }] };
  expect(parseStatus({ metadata, status: receipt })).toMatchObject({ status: "failed", failureCode: null });
});

const split = (value: object, entry: object = {}) =>
  splitEnvelope({ entry: [{ id: "1", ...entry, changes: [{ field: "messages", value }] }] }) ?? [];
const people = (value: object) =>
  split({ metadata, ...value }).map((p) => (p.payload.contacts as { wa_id: string }[]).map((c) => c.wa_id));

test("nobody is given the name or the ids of another", () => {
  const ana = { wa_id: "5511977770001", user_id: "BR.ana", profile: { name: "Ana" } };
  const system = { from: "628222", id: "2", timestamp: "1", type: "system" };
  expect(people({ contacts: [ana], messages: [{ from: "5511977770001", id: "1" }, system] })).toEqual([["5511977770001"], []]);
  expect(people({ contacts: [ana], messages: [{ id: "1" }] })).toEqual([["5511977770001"]]);
  expect(people({ contacts: [ana], messages: [{ from: "551177770001", id: "1" }] })).toEqual([["5511977770001"]]); // the ninth digit
  expect(people({ contacts: [ana], messages: [{ from_user_id: "BR.ana", id: "1" }] })).toEqual([["5511977770001"]]);
});

test("what one person brings is not copied into every piece at its full length", () => {
  const ana = { wa_id: "628111", profile: { name: "x".repeat(2_000_000) } };
  const pieces = split({
    metadata: { ...metadata, display_phone_number: "9".repeat(2_000_000) },
    contacts: [ana],
    messages: Array.from({ length: 100 }, (_, i) => ({ from: "628111", id: `${i}` })),
  });
  expect(pieces.length).toBe(100);
  expect(JSON.stringify(pieces).length).toBeLessThan(200_000);
});

test("nothing that stands beside messages is dropped", () => {
  const kinds = (value: object) => split({ metadata, ...value }).map((p) => p.kind);
  const message = { from: "628111", id: "1" };
  expect(kinds({ messages: [message] })).toEqual(["message"]);
  expect(kinds({ messages: [message], message_echoes: [{ id: "e" }] })).toEqual(["message", "echo"]);
  expect(kinds({ messages: [message], statuses: { id: "s" } })).toEqual(["message", "generic"]);
  expect(kinds({ messages: [message], novelties: [1, 2] })).toEqual(["message", "generic"]);
  expect(kinds({ messages: [message], contacts: [{ wa_id: "628111" }], messaging_product: "whatsapp" })).toEqual(["message"]);
});

test("the same novelty beside messages of two numbers of an account is two events", () => {
  const beside = (phone_number_id: string) => ({
    field: "messages",
    value: { metadata: { phone_number_id }, messages: [{ from: "628111", id: "1" }], novelties: [1] },
  });
  const keys = (...numbers: string[]) =>
    splitEnvelope({ entry: [{ id: "9", time: 5, changes: numbers.map(beside) }] })
      ?.filter((p) => p.kind === "generic")
      .map((p) => p.dedupe.join("|"));
  expect(new Set(keys("1", "2")).size).toBe(2);
  expect(new Set(keys("1", "1")).size).toBe(1);
});

test("the same foreign shape from another account or at another time is another event", () => {
  const broken = (entry: object) =>
    splitEnvelope({ entry: [{ ...entry, changes: [{ field: "messages", value: "text" }] }] })?.[0]?.dedupe.join("|");
  const all = [broken({ id: "1" }), broken({ id: "2" }), broken({ id: "1", time: 5 }), broken({ id: "1" })];
  expect(new Set(all).size).toBe(3);
});

test("errors of a send fall into their class", () => {
  const kinds = (codes: number[], http = 400) => codes.map((c) => classifySendError(http, c, null).kind);
  expect(new Set(kinds([1, 2, 131000, 131016, 131057, 999_999]))).toEqual(new Set(["unknown"]));
  expect(new Set(kinds([4, 80007, 130429, 131056, 133004]))).toEqual(new Set(["retry"]));
  expect(new Set(kinds([100, 131008, 131026, 131047, 131051, 132000, 132015]))).toEqual(new Set(["rejected"]));
  expect(new Set(kinds([0, 10, 190, 200, 299, 368, 131031, 131042]))).toEqual(new Set(["rejected"]));
  expect(classifySendError(401, 190, null)).toMatchObject({ effect: "stop_channel", reason: "auth" });
  expect(classifySendError(503, null, null).kind).toBe("unknown");
  for (const code of [131047, 190, 130429, 131056, 4]) expect(classifySendError(500, code, null).kind).toBe("unknown");
  expect(classifySendError(503, 133004, null).kind).toBe("retry");
  expect(classifySendError(429, null, 7)).toEqual({ kind: "retry", code: null, why: "throttled", retryAfterSeconds: 7 });
  expect(failureReason(131047)).toBe("window_closed");
});

test("an answer counts as accepted only with a message id", () => {
  const answer = (status: number, json: unknown) => outcomeOf({ status, json, text: "", headers: {} });
  expect(answer(200, { messages: [{ id: "wamid.x", message_status: "held_for_quality_assessment" }] })).toEqual({
    kind: "accepted",
    wamid: "wamid.x",
    qualityHeld: true,
  });
  expect(answer(200, undefined).kind).toBe("unknown");
  expect(answer(200, { messages: [] }).kind).toBe("unknown");
});
