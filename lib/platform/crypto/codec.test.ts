import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keyIdOf, open, SealError, SealingKey, seal } from "@/lib/platform/crypto/codec";
import { KekRing } from "@/lib/platform/crypto/key-ring";
import { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { searchTokens } from "@/lib/platform/crypto/search-tokens";

const key = new SealingKey(randomUUID(), randomBytes(32));
const place = { scope: randomUUID(), table: "messages", column: "body_sealed", rowId: randomUUID() };

test("what was sealed opens at its place", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      const sealed = seal(key, place, bytes);
      expect(keyIdOf(sealed)).toBe(key.id);
      expect(Buffer.compare(open(key, place, sealed), Buffer.from(bytes))).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("a moved or altered value does not open", () => {
  const sealed = seal(key, place, "privileged");
  for (const part of ["scope", "table", "column", "rowId"] as const) {
    expect(() => open(key, { ...place, [part]: "other" }, sealed)).toThrow(SealError);
  }
  expect(() => open(new SealingKey(key.id, randomBytes(32)), place, sealed)).toThrow(SealError);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), (bit) => {
      const copy = Buffer.from(sealed);
      const at = bit >> 3;
      copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
      // the key id is bound too, so even a flipped id fails under the right key
      expect(() => open(new SealingKey(keyIdOfSafe(copy), Buffer.alloc(32, 7)), place, copy)).toThrow();
      expect(() => (bit >= 8 && bit < 17 * 8 ? openAs(copy) : open(key, place, copy))).toThrow(SealError);
    }),
    { numRuns: 500 },
  );
});
const keyIdOfSafe = (b: Buffer) => (b[0] === 1 ? keyIdOf(b) : key.id);
const openAs = (b: Buffer) => {
  if (keyIdOf(b) !== key.id) throw new SealError("another key is asked for");
  return open(key, place, b);
};

test("equal values seal differently", () => {
  expect(seal(key, place, "same").equals(seal(key, place, "same"))).toBe(false);
});

test("rotation in any order keeps everything readable", () => {
  const a = `a:${randomBytes(32).toString("hex")}`;
  const b = `b:${randomBytes(32).toString("hex")}`;
  const id = randomUUID();
  const old = new KekRing(a).mint("org", id);
  const both = new KekRing(`${b},${a}`);
  const opened = both.unwrap("org", id, old);
  const sealed = seal(opened, place, "kept");
  const moved = both.wrap("org", id, Buffer.alloc(32, 1));
  expect(moved.kekId).toBe("b");
  expect(open(new KekRing(`${a},${b}`).unwrap("org", id, old), place, sealed).toString()).toBe("kept");
  expect(() => new KekRing(b).unwrap("org", id, old)).toThrow(SealError);
  expect(() => both.unwrap("other", id, old)).toThrow(SealError);
});

test("lookups of one organisation say nothing about another, nor about another kind", () => {
  const index = () => new SealingKey(randomUUID(), randomBytes(32));
  const make = () => {
    const data = index();
    return new OrgKeys(randomUUID(), data, index(), index(), new Map([[data.id, data]]));
  };
  const [one, two] = [make(), make()];
  expect(one.lookup("phone", "628111").equals(one.lookup("phone", "628111"))).toBe(true);
  expect(one.lookup("phone", "628111").equals(two.lookup("phone", "628111"))).toBe(false);
  expect(one.lookup("phone", "628111").equals(one.lookup("wamid", "628111"))).toBe(false);
});

test("search tokens are stable, sorted and distinct for distinct words", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 60 }), (words) => {
      const tokens = searchTokens(key, words);
      expect(searchTokens(key, [...words].reverse())).toEqual(tokens);
      expect(new Set(tokens).size).toBe(words.length);
      expect([...tokens].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1))).toEqual(tokens);
    }),
    { numRuns: 200 },
  );
});
