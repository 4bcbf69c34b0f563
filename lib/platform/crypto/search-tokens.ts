/** Keyed 64-bit tokens of words: one AES block each, cut to 64 bits, under a key used for nothing else: a sound PRF, and ten times cheaper than HMACs. */
import { createCipheriv } from "node:crypto";
import type { SealingKey } from "@/lib/platform/crypto/codec";

/**
 * Tokens of terms, sorted, so that word order is not stored. Decimal strings for `bigint[]`.
 * @param index the organisation's index key
 */
export function searchTokens(index: SealingKey, terms: readonly string[]): string[] {
  const blocks = Buffer.alloc(16 * terms.length);
  terms.forEach((term, i) => {
    const length = Buffer.byteLength(term);
    if (length <= 15) {
      blocks[16 * i] = length;
      blocks.write(term, 16 * i + 1);
    } else {
      blocks[16 * i] = 255;
      index
        .hmac("search.long")
        .digest(term)
        .copy(blocks, 16 * i + 1, 0, 15);
    }
  });
  // single blocks of distinct inputs: ECB is the bare permutation here, not a mode of encryption
  const out = createCipheriv("aes-256-ecb", index.subkey("search.block"), null).setAutoPadding(false).update(blocks);
  return terms
    .map((_, i) => out.readBigInt64LE(16 * i))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map(String);
}
