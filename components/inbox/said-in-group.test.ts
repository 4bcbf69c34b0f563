import { expect, it } from "vitest";
import { saidInGroup } from "@/components/inbox/said-in-group";
import type { ContentView, MessageView } from "@/lib/messages/views";

const group: ContentView = { kind: "card", type: "group", lines: ["Who has the key?"] };
const text: ContentView = { kind: "text", text: "Just between us" };
const message = (minute: number, direction: "in" | "out", content: ContentView): MessageView => {
  const at = new Date(minute * 60_000).toISOString();
  const NEVER = { accepted: null, sent: null, delivered: null, read: null, played: null, failed: null };
  const rest = { origin: "client", author: null, state: "received", failure: null, releaseAt: null, requestId: null } as const;
  const can = { undo: false, resend: false };
  const more = { opensWindow: false, quoted: null, resent: false, matter: null, privileged: false, instruction: null };
  return { ...rest, ...more, id: `m${minute}`, conversationId: "c", direction, at, receivedAt: at, content, times: NEVER, can };
};
const page = (...items: MessageView[]) => ({ items, nextCursor: null });

it("warns while the client's newest word was said in a group, whatever we answered since", () => {
  expect(saidInGroup([page(message(1, "in", text), message(2, "in", group))])).toBe(true);
  expect(saidInGroup([page(message(2, "in", group), message(3, "out", text))])).toBe(true);
});
it("still warns when WhatsApp has said something since", () => {
  const notice: ContentView = { kind: "card", type: "number_changed", lines: ["+628111"] };
  expect(saidInGroup([page(message(2, "in", group), message(3, "in", notice))])).toBe(true);
});
it("is quiet once the client wrote privately, and where nobody wrote", () => {
  expect(saidInGroup([page(message(3, "in", text)), page(message(2, "in", group))])).toBe(false);
  expect(saidInGroup([page()])).toBe(false);
});
