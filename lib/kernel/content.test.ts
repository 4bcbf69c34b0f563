import { expect, test } from "vitest";
import { type ContentView, isNotice, opensWindow, previewOf, typeOf } from "@/lib/kernel/content";

const card = (type: string, ...lines: string[]): ContentView => ({ kind: "card", type, lines });

test("a preview is one line and never cuts a letter in two", () => {
  expect(previewOf({ kind: "text", text: ` satu\n\n dua ${"😀".repeat(200)}` }).text).toMatch(/^satu dua (😀)+$/u);
  expect(previewOf(card("document", "akta.pdf", "draf"))).toEqual({ text: "akta.pdf · draf", type: "document" });
});

test("only what the client says to us opens the window, and so counts as unread", () => {
  for (const type of ["text", "image", "voice", "button_reply", "unsupported", "hologram"]) expect(opensWindow(type)).toBe(true);
  for (const type of ["reaction", "reaction_removed", "edit", "revoke", "group", "system"]) expect(opensWindow(type)).toBe(false);
});

test("a notice of WhatsApp is nobody's word", () => {
  for (const content of ["system", "number_changed", "user_id_changed", "identity_changed"].map((type) => card(type))) {
    expect(isNotice(content)).toBe(true);
    expect(opensWindow(typeOf(content))).toBe(false);
  }
  expect(isNotice({ kind: "text", text: "system" })).toBe(false);
});
