import { expect, it } from "vitest";
import { resendOffer } from "@/components/inbox/resend";
import type { ContentView } from "@/lib/messages/views";

const text: ContentView = { kind: "text", text: "Tomorrow at nine" };
const template: ContentView = { kind: "template", name: "a", language: "en", header: null, text: "a", footer: null, buttons: [] };
const may = { undo: false, resend: true };

it("offers free text again only while the window is open", () => {
  expect(resendOffer({ can: may, content: text }, true)).toBe("again");
  expect(resendOffer({ can: may, content: text }, false)).toBe("template");
});
it("offers a template again at any time", () => {
  expect(resendOffer({ can: may, content: template }, false)).toBe("again");
});
it("offers nothing to who may not", () => {
  for (const open of [true, false]) expect(resendOffer({ can: { undo: false, resend: false }, content: text }, open)).toBeNull();
});
