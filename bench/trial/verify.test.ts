import { describe, expect, it } from "vitest";
import type { LedgerLine } from "../../sandbox/ledger";
import { type Evidence, type Finding, judge, type MessageRow, type Rows } from "./verify";

const NEVER = { sent: null, delivered: null, read: null, played: null, failed: null };
const line = (over: Partial<LedgerLine>): LedgerLine => ({
  seq: 1,
  at: "2026-11-22T09:00:00.000Z",
  kind: "webhook",
  phoneNumberId: "3001",
  wamid: "w1",
  tag: null,
  to: "628111",
  type: "text",
  text: "Halo",
  attempt: 1,
  answer: 200,
  ...over,
});
const message = (over: Partial<MessageRow>): MessageRow => ({
  orgId: "A",
  id: "m1",
  conversationId: "c1",
  channelId: "ch1",
  direction: "in",
  wamid: "w1",
  requestId: null,
  text: "Halo",
  at: 1000,
  times: NEVER,
  ...over,
});

/** One message in, one reply out that was delivered; nothing wrong. */
function calm(): { lines: LedgerLine[]; evidence: Evidence; rows: Rows } {
  const tagged = { tag: "t1", wamid: "w2", text: "Ya" };
  return {
    lines: [
      line({}),
      line({ kind: "attempt", ...tagged }),
      line({ kind: "send", ...tagged }),
      line({ ...tagged, type: "sent", text: undefined }),
      line({ ...tagged, type: "delivered", text: undefined }),
      line({ phoneNumberId: "9999", wamid: "w9" }),
    ],
    evidence: {
      numbers: new Map([
        ["3001", { orgId: "A", channelId: "ch1", wabaId: "2001" }],
        ["3002", { orgId: "B", channelId: "ch2", wabaId: "2002" }],
      ]),
      raws: [],
      forged: new Set(["wf"]),
      unreadable: new Set(["aa"]),
      requests: [{ requestId: "r1", orgId: "A", conversationId: "c1" }],
      outages: [],
    },
    rows: {
      messages: [
        message({}),
        message({
          id: "m2",
          direction: "out",
          wamid: "w2",
          requestId: "r1",
          text: "Ya",
          at: 2000,
          times: { ...NEVER, sent: 1, delivered: 2 },
        }),
      ],
      outbox: [{ orgId: "A", id: "t1", messageId: "m2", state: "accepted", attempts: 1 }],
      conversations: [
        {
          orgId: "A",
          id: "c1",
          channelId: "ch1",
          identities: new Set(["628111"]),
          unread: 1,
          lastMessageId: "m2",
          lastActivityAt: 2000,
          previewFits: true,
        },
        {
          orgId: "B",
          id: "c2",
          channelId: "ch2",
          identities: new Set(["628111"]),
          unread: 0,
          lastMessageId: null,
          lastActivityAt: 0,
          previewFits: false,
        },
      ],
      unrouted: new Map([["w9", 1]]),
      unreadable: new Map([["aa", 1]]),
    },
  };
}
type Scene = ReturnType<typeof calm>;

/** The kinds found after something was planted. */
function judged(plant: (scene: Scene) => void): Finding["kind"][] {
  const scene = calm();
  plant(scene);
  return judge(scene.lines, scene.evidence, scene.rows).map((f) => f.kind);
}
const first = <T>(list: T[]): T => list[0] as T;

describe("the verdict", () => {
  it("finds nothing where nothing is wrong", () => expect(judged(() => {})).toEqual([]));
  it("an event that was never answered 200 is not expected", () =>
    expect(judged((s) => void s.lines.push(line({ wamid: "w5", answer: 503 })))).toEqual([]));

  const planted: [string, Finding["kind"], (scene: Scene) => void][] = [
    ["a lost message", "missing", (s) => void s.lines.push(line({ wamid: "w5" }))],
    ["a changed text", "missing", (s) => void Object.assign(first(s.rows.messages), { text: "Hal" })],
    ["a message twice", "doubled", (s) => void s.rows.messages.push(message({ id: "m9" }))],
    [
      "a message in another organisation",
      "foreign",
      (s) => void s.rows.messages.push(message({ id: "m9", orgId: "B", conversationId: "c2", channelId: "ch2" })),
    ],
    ["a message nobody sent", "foreign", (s) => void s.rows.messages.push(message({ id: "m9", wamid: "w0" }))],
    ["a forged message", "foreign", (s) => void s.rows.messages.push(message({ id: "m9", wamid: "wf" }))],
    ["a stranger's number given to somebody", "foreign", (s) => void s.rows.messages.push(message({ id: "m9", wamid: "w9" }))],
    ["a stranger's event lost", "missing", (s) => s.rows.unrouted.clear()],
    ["a stranger's event twice", "doubled", (s) => s.rows.unrouted.set("w9", 2)],
    ["an unreadable body lost", "missing", (s) => s.rows.unreadable.clear()],
    ["a send accepted twice", "doubled", (s) => void s.lines.push(line({ kind: "send", tag: "t1", wamid: "w3", text: "Ya" }))],
    ["a send nobody asked for", "foreign", (s) => void s.lines.push(line({ kind: "send", tag: "t9", wamid: "w3" }))],
    [
      "a send to somebody else",
      "foreign",
      (s) => void s.lines.splice(2, 1, line({ kind: "send", tag: "t1", wamid: "w2", text: "Ya", to: "628222" })),
    ],
    ["a send without its record", "missing", (s) => void Object.assign(first(s.rows.outbox), { state: "rejected" })],
    ["a row that never ended", "missing", (s) => void Object.assign(first(s.rows.outbox), { state: "unknown" })],
    ["left to a person though told", "missing", (s) => void Object.assign(first(s.rows.outbox), { state: "needs_review" })],
    [
      "a reply that is gone",
      "missing",
      (s) => void s.evidence.requests.push({ requestId: "r2", orgId: "A", conversationId: "c1" }),
    ],
    [
      "a status that fell back",
      "missing",
      (s) => void Object.assign((s.rows.messages[1] as MessageRow).times, { delivered: null }),
    ],
    ["a status nobody told", "foreign", (s) => void Object.assign((s.rows.messages[1] as MessageRow).times, { read: 9 })],
    ["unread too low", "missing", (s) => void Object.assign(first(s.rows.conversations), { unread: 0 })],
    ["unread too high", "doubled", (s) => void Object.assign(first(s.rows.conversations), { unread: 2 })],
    ["an old preview", "missing", (s) => void Object.assign(first(s.rows.conversations), { lastMessageId: "m1" })],
    ["a wrong preview", "missing", (s) => void Object.assign(first(s.rows.conversations), { previewFits: false })],
  ];
  it.each(planted)("finds %s (%s)", (_what, kind, plant) => expect(judged(plant)).toContain(kind));

  it("accepts a person's review where no answer was clear, and only there", () => {
    const silent = (answer: LedgerLine["answer"]) => (s: Scene) => {
      s.lines.splice(1, 4, line({ kind: "attempt", tag: "t1", wamid: null, answer }));
      first(s.rows.outbox).state = "needs_review";
      Object.assign(s.rows.messages[1] as MessageRow, { wamid: null, times: NEVER });
    };
    expect(judged(silent("reset"))).toEqual([]);
    expect(judged(silent(500))).toEqual([]);
    expect(judged(silent(400))).toEqual(["missing"]);
    const killed = (s: Scene) => {
      silent(400)(s);
      first(s.rows.outbox).attempts = 2; // throttled, claimed again, and never posted
    };
    expect(judged(killed)).toEqual([]);
    const unheard = (s: Scene) => {
      silent(400)(s);
      const at = Date.parse(first(s.lines).at);
      s.evidence.outages.push({ from: at - 1000, to: at + 1000 });
    };
    expect(judged(unheard)).toEqual([]);
  });
});
