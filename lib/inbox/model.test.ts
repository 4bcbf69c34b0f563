import fc from "fast-check";
import { expect, test } from "vitest";
import { isWindowOpen, shownName } from "@/lib/inbox/model";
import { phoneTerms, queryTerms, terms } from "@/lib/inbox/search-terms";
import { decodeCursor, encodeCursor } from "@/lib/kernel/cursor";
import { fold, matches, words } from "@/lib/kernel/words";

test("the window is open for exactly 24 hours after the client's last message", () => {
  const at = new Date("2026-11-22T10:00:00Z");
  expect(isWindowOpen(at, new Date("2026-11-23T09:59:59.999Z"))).toBe(true);
  expect(isWindowOpen(at, new Date("2026-11-23T10:00:00Z"))).toBe(false);
  expect(isWindowOpen(null, at)).toBe(false);
});

test("cursors come back as they went, and nothing else is one", () => {
  const cursor = { at: new Date(1_790_000_000_123), id: "01a20302-1e19-73b0-825a-7ccd14e66a65" };
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(encodeCursor(decodeCursor(text))).toBe(text);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid" });
      }
    }),
  );
});

test("a nameless person still has a name", () => {
  expect(shownName(null, "628111", "x")).toBe("+62 8111");
  expect(shownName(" ", null, "01a20302-1e19-73b0-825a-7ccd14e66a65")).toBe("#e66a65");
});

test("words are folded: case, accents, compatibility forms", () => {
  expect(fold("CERTIDÃO Ｆｕｌｌ")).toBe("certidao full");
  expect(words("Olá, José! 24h")).toEqual(["ola", "jose", "24h"]);
});

test("every word of a text is found by itself and by each of its beginnings from three letters", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: "grapheme" }), (text) => {
      const indexed = new Set(terms(text));
      for (const word of words(text).slice(0, 40)) {
        const letters = [...word];
        for (let n = Math.min(3, letters.length); n <= letters.length; n++) {
          const query = letters.slice(0, n).join("");
          for (const term of queryTerms(query)) expect(indexed.has(term) || words(text).length > 40).toBe(true);
          expect(matches(text, query)).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("a phone is found whole and without its country code", () => {
  expect(phoneTerms("5548999887766")).toContain("#999887766");
  expect(phoneTerms("5548999887766")).toContain("#5548999887766");
});
