import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HmacKey } from "@/lib/platform/crypto/hmac";

const theirs = (key: Uint8Array, data: string | Uint8Array) => createHmac("sha256", key).update(data).digest("hex");

test("it is HMAC-SHA256: RFC 4231, cases 1, 2 and 6", () => {
  expect(new HmacKey(Buffer.alloc(20, 0x0b)).hex("Hi There")).toBe(
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  );
  expect(new HmacKey(Buffer.from("Jefe")).hex("what do ya want for nothing?")).toBe(
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
  expect(new HmacKey(Buffer.alloc(131, 0xaa)).hex("Test Using Larger Than Block-Size Key - Hash Key First")).toBe(
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  );
});

test("it equals Node's own for any key and any input", () => {
  const keys = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(
      keys,
      fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.string({ unit: "binary", maxLength: 300 })),
      (key, data) => {
        expect(new HmacKey(key).hex(data)).toBe(theirs(key, data));
        expect(new HmacKey(key).digest(data).toString("hex")).toBe(theirs(key, data));
      },
    ),
    { numRuns: 2000 },
  );
});

test("inputs around and beyond the kept buffer, and two keys in turns", () => {
  const [a, b] = [new HmacKey(Buffer.from("a")), new HmacKey(Buffer.from("b"))];
  for (const n of [0, 1, 63, 64, 65, 65_535, 65_536, 65_537, 4 * 1024 * 1024]) {
    const data = Buffer.alloc(n, n % 251);
    expect(a.hex(data)).toBe(theirs(Buffer.from("a"), data));
    expect(b.hex(data)).toBe(theirs(Buffer.from("b"), data));
  }
  const text = "çã🙂".repeat(9000);
  expect(a.hex(text)).toBe(theirs(Buffer.from("a"), text));
});

test("an empty key is refused", () => {
  expect(() => new HmacKey(new Uint8Array())).toThrow(RangeError);
});
