import { describe, expect, it } from "vitest";
import { safeLine, safeText } from "@/components/inbox/safe-text";
import {
  buildItems,
  firstUnread,
  indexOfMessage,
  messagesBelow,
  reachesUnread,
  type ThreadMessage,
} from "@/components/inbox/thread-items";
import { isOpen, minutesLeft, windowPhase, windowShare } from "@/components/inbox/window";

const T0 = Date.UTC(2026, 10, 22, 16, 0);
const at = (minutes: number) => new Date(T0 + minutes * 60_000).toISOString();
const message = (id: string, minutes: number, more: Partial<ThreadMessage> = {}): ThreadMessage => ({
  id,
  conversationId: "c",
  direction: "in",
  origin: "client",
  author: null,
  at: at(minutes),
  receivedAt: at(minutes),
  content: { kind: "text", text: id },
  opensWindow: true,
  quoted: null,
  state: "received",
  times: { accepted: null, sent: null, delivered: null, read: null, played: null, failed: null },
  failure: null,
  releaseAt: null,
  requestId: null,
  can: { undo: false, resend: false },
  resent: false,
  matter: null,
  privileged: false,
  instruction: null,
  ...more,
});

describe("items", () => {
  it("groups one speaker within three minutes", () => {
    const items = buildItems(
      [message("a", 0), message("b", 2), message("c", 9), message("d", 10, { direction: "out", origin: "agent" })],
      "UTC",
      null,
    );
    const shape = items.flatMap((item) => (item.kind === "message" ? [[item.key, item.first, item.last]] : []));
    expect(shape).toEqual([
      ["a", true, false],
      ["b", false, true],
      ["c", true, true],
      ["d", true, true],
    ]);
  });
  it("tells lateness of what Meta brought late, and never of what came with a number's history", () => {
    const late = (receivedAfter: number, since?: string) =>
      buildItems([message("a", 0, { receivedAt: at(receivedAfter) })], "UTC", null, since).flatMap((item) =>
        item.kind === "message" ? [item.lateMinutes] : [],
      )[0];
    expect(late(1)).toBeNull();
    expect(late(180, at(-1))).toBe(180);
    expect(late(180, at(1))).toBeNull();
    expect(late(8 * 24 * 60, at(-1))).toBeNull();
  });
  it("separates days in the viewer's zone", () => {
    const messages = [message("a", 0), message("b", 90)]; // 16:00 and 17:30 UTC: 23:00 and 00:30 in Jakarta
    expect(buildItems(messages, "UTC", null).filter((item) => item.kind === "day")).toHaveLength(1);
    expect(buildItems(messages, "Asia/Jakarta", null).filter((item) => item.kind === "day")).toHaveLength(2);
  });
  it("draws the unread line before the first unread message of the client", () => {
    const ours = { direction: "out" as const, opensWindow: false };
    const messages = [message("a", 0), message("b", 1), message("o", 2, ours), message("c", 3)];
    expect(firstUnread(messages, 2)).toBe("b");
    expect(firstUnread(messages, 0)).toBeNull();
    expect(firstUnread(messages, 99)).toBe("a");
    expect(buildItems(messages, "UTC", "b").map((item) => item.kind)).toEqual([
      "day",
      "message",
      "unread",
      "message",
      "message",
      "message",
    ]);
  });
  it("is not moved down by what does not count as unread", () => {
    const silent = { opensWindow: false };
    const messages = [message("a", 0), message("b", 1), message("thumb", 2, silent), message("notice", 3, silent)];
    expect(firstUnread(messages, 1)).toBe("b");
    expect(firstUnread(messages, 2)).toBe("a");
  });
  it("knows whether all that is unread is loaded, and how much stands below what was seen", () => {
    const messages = [message("a", 0), message("thumb", 1, { opensWindow: false }), message("b", 2), message("c", 2000)];
    expect([1, 3, 4].map((unread) => reachesUnread(messages, unread))).toEqual([true, true, false]);
    const items = buildItems(messages, "UTC", "b");
    expect(["a", "unread", "b", "c", "gone", undefined].map((key) => messagesBelow(items, key))).toEqual([3, 2, 1, 0, 0, 0]);
  });
  it("draws what WhatsApp says as a line of its own, which no group goes through", () => {
    const notice: Partial<ThreadMessage> = { content: { kind: "card", type: "number_changed", lines: ["+628111"] } };
    const items = buildItems([message("a", 0), message("n", 1, notice), message("b", 1)], "UTC", null);
    expect(items.map((item) => item.kind)).toEqual(["day", "message", "notice", "message"]);
    expect(items.flatMap((item) => (item.kind === "message" ? [item.first, item.last] : []))).toEqual([true, true, true, true]);
    expect([indexOfMessage(items, "n"), indexOfMessage(items, "b"), indexOfMessage(items, "x")]).toEqual([2, 3, -1]);
  });
  it("marks what arrived late, and keeps a bubble's key from the first paint on", () => {
    const [, item] = buildItems([message("a", 0, { receivedAt: at(14), requestId: "r" })], "UTC", null);
    expect(item).toMatchObject({ key: "r", lateMinutes: 14 });
  });
});

describe("window", () => {
  it.each([
    [null, "never"],
    [-1, "closed"],
    [0, "closed"],
    [9, "closing"],
    [59, "urgent"],
    [359, "soon"],
    [1440, "open"],
  ] as const)("%s minutes left is %s", (minutes, phase) => {
    expect(windowPhase(minutes === null ? null : at(minutes), T0)).toBe(phase);
  });
  it("counts what is left", () => {
    expect(isOpen("closing")).toBe(true);
    expect(isOpen("closed")).toBe(false);
    expect(minutesLeft(at(1), T0)).toBe(1);
    expect(windowShare(at(720), T0)).toBe(0.5);
    expect(windowShare(at(-5), T0)).toBe(0);
    expect(windowShare(at(9999), T0)).toBe(1);
  });
});

describe("foreign text", () => {
  it("cannot turn or hide what stands around it", () => {
    expect(safeText("a\u202Egnp.exe\u2066b\u200B\uFEFF\u0007c\r\nd")).toBe("agnp.exebc\nd");
    expect(safeText("👩\u200D⚖️ می\u200Cخواهم")).toBe("👩\u200D⚖️ می\u200Cخواهم");
    expect(safeText("\uD800x")).toBe("\uFFFDx");
    expect(safeLine("  A\n\u200Fna\t Souza ")).toBe("A na Souza");
  });
});
