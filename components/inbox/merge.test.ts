import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { flattenThread, mergeMessages, mergeRows } from "@/components/inbox/merge";
import type { ConversationPage, ConversationRow } from "@/lib/inbox/views";
import type { MessagePage, MessageView } from "@/lib/messages/views";

const iso = (minute: number) => new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();
const row = (id: string, minute: number, version = 1): ConversationRow => ({
  id,
  name: id,
  channel: { id: "c", name: "Main", several: false },
  preview: null,
  lastActivityAt: iso(minute),
  unread: 0,
  assignee: null,
  status: "open",
  windowClosesAt: null,
  hasDraft: false,
  matter: null,
  privileged: false,
  ended: false,
  version,
});
const page = (items: ConversationRow[], nextCursor: string | null = null): ConversationPage => ({
  items,
  nextCursor,
  serverNow: iso(0),
});
const message = (id: string, minute: number, state: MessageView["state"] = "received"): MessageView => ({
  id,
  conversationId: "c",
  direction: "in",
  origin: "client",
  author: null,
  at: iso(minute),
  receivedAt: iso(minute),
  content: { kind: "text", text: id },
  opensWindow: true,
  quoted: null,
  state,
  times: { accepted: null, sent: null, delivered: null, read: null, played: null, failed: null },
  failure: null,
  releaseAt: null,
  requestId: null,
  can: { undo: false, resend: false },
  resent: false,
  matter: null,
  privileged: false,
  instruction: null,
});
const thread = (items: MessageView[], nextCursor: string | null = null): MessagePage => ({ items, nextCursor });
const ids = (data: { pages: { items: { id: string }[] }[] }) => data.pages.flatMap((p) => p.items.map((item) => item.id));

describe("rows", () => {
  const list = { pages: [page([row("a", 9), row("b", 8)], "x"), page([row("c", 5)], "y")], pageParams: [null, "x"] };
  it("moves a changed row to its place", () => expect(ids(mergeRows(list, ["c"], [row("c", 20, 2)]))).toEqual(["c", "a", "b"]));
  it("drops a row that left the view", () => expect(ids(mergeRows(list, ["a"], []))).toEqual(["b", "c"]));
  it("adds a new row", () => expect(ids(mergeRows(list, ["n"], [row("n", 30)]))).toEqual(["n", "a", "b", "c"]));
  it("leaves a row beyond the loaded pages alone", () =>
    expect(ids(mergeRows(list, ["o"], [row("o", 1)]))).toEqual(["a", "b", "c"]));
  it("ignores an answer that was overtaken", () => {
    const later = mergeRows(list, ["a"], [row("a", 40, 5)]);
    expect(ids(mergeRows(later, ["a"], [row("a", 1, 4)]))[0]).toBe("a");
  });
  test.prop([fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-f]$/), fc.nat(50)), { selector: ([id]) => id })])(
    "stays sorted and without doubles",
    (changes) => {
      const merged = mergeRows(
        list,
        changes.map(([id]) => id),
        changes.map(([id, minute]) => row(id, minute, 9)),
      );
      const rows = merged.pages.flatMap((p) => p.items);
      expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
      expect(rows.map((r) => r.lastActivityAt)).toEqual(
        rows
          .map((r) => r.lastActivityAt)
          .sort()
          .reverse(),
      );
    },
  );
});

describe("messages", () => {
  const loaded = { pages: [thread([message("2", 2), message("3", 3)], "x"), thread([message("1", 1)])], pageParams: [null, "x"] };
  it("replaces what is known and appends what is new", () => {
    const merged = mergeMessages(loaded, thread([message("3", 3, "read"), message("4", 4)], "z"));
    expect(flattenThread(merged.pages).map((m) => [m.id, m.state])).toEqual([
      ["1", "received"],
      ["2", "received"],
      ["3", "read"],
      ["4", "received"],
    ]);
  });
  it("drops what was taken back elsewhere, and nothing that came after the page was asked for", () => {
    const fresh = thread([message("2", 2)], "z");
    expect(ids(mergeMessages(loaded, fresh, ["1", "2", "3"]))).toEqual(["2", "1"]);
    expect(ids(mergeMessages(loaded, fresh))).toEqual(["2", "3", "1"]);
    expect(ids(mergeMessages(loaded, thread([message("2", 2), message("3", 3)]), ["1", "2", "3"]))).toEqual(["2", "3"]);
  });
  it("starts again when something between is missing", () =>
    expect(ids(mergeMessages(loaded, thread([message("9", 9)], "z")))).toEqual(["9"]));
  it("puts a late arrival in its place and hides what was taken back", () => {
    const merged = mergeMessages(loaded, thread([message("l", 1.5), message("3", 3, "cancelled")]));
    expect(flattenThread(merged.pages).map((m) => m.id)).toEqual(["1", "l", "2"]);
  });
});
