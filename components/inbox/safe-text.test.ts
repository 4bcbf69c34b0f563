import fc from "fast-check";
import { expect, test } from "vitest";
import { safeLine, safeText } from "@/components/inbox/safe-text";
import { growthOf } from "@/lib/testing/growth";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i));
const tags = (word: string) => Array.from(word, (c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join("");
const END = "\u{E007F}";

const UNSEEN = [
  ...["\u200E", "\u200F", "\u061C", "\u034F", "\u200B", "\u00AD", "\uFEFF"],
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x206f),
  ...range(0xfff9, 0xfffb),
  ...range(0xe0000, 0xe007f),
];

test("what cannot be seen is gone, from bodies and from lines", () => {
  for (const one of UNSEEN) {
    expect(safeText(`a${one}b`), one.codePointAt(0)?.toString(16)).toBe("ab");
    expect(safeLine(`a${one}b`), one.codePointAt(0)?.toString(16)).toBe("ab");
  }
});

test("regional flags, joined emoji and scripts that need joiners stay whole", () => {
  const kept = [
    `\u{1F3F4}${tags("gbeng")}${END}`,
    "\u{1F3F4}\u200D\u2620\uFE0F",
    "\u{1F468}\u200D\u{1F469}",
    "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
  ];
  for (const text of kept) expect(safeText(text)).toBe(text);
});

test("a black flag carries no unseen words of another shape", () => {
  for (const rest of [tags("gbeng"), `${tags("paythisaccount")}${END}`, `${tags("a b")}${END}`, END])
    expect(safeText(`\u{1F3F4}${rest}!`)).toBe("\u{1F3F4}!");
});

test("is safe after one pass, and takes time in step with length", () => {
  const unit = fc.constantFrom(...UNSEEN, "\u{1F3F4}", "x", " ", "\uD83C");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), (parts) => {
      const once = safeText(parts.join(""));
      expect(safeText(once)).toBe(once);
    }),
    { numRuns: 1000 },
  );
  for (const worst of ["\u{1F3F4}", "\u{E0061}", `\u{1F3F4}${tags("gbengx")}`])
    expect(growthOf((size) => safeText(worst.repeat(size)), 5_000)).toBeLessThan(32);
});
