/**
 * HMAC-SHA256 by two one-shot hashes. Node's `createHmac` makes a native object for every value, which a busy receiver
 * pays for twice: when it is made and when it is cleared away. Source: RFC 2104; the test holds it against Node's own.
 */
import { hash } from "node:crypto";

const BLOCK = 64;
const DIGEST = 32;
/** Longer inputs are copied into a buffer of their own. */
const SCRATCH = 64 * 1024;
const scratch = Buffer.alloc(BLOCK + SCRATCH);

/** A key ready for use: both padded blocks are made once. */
export class HmacKey {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** @param key of any length; an empty one is refused, since anybody could know it @throws RangeError */
  constructor(key: Uint8Array) {
    if (key.length === 0) throw new RangeError("an empty key");
    const short = key.length > BLOCK ? hash("sha256", key, "buffer") : key;
    this.#inner = Buffer.alloc(BLOCK, 0x36);
    this.#outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
    for (const [i, byte] of short.entries()) {
      this.#inner.writeUInt8(byte ^ 0x36, i);
      this.#outer.writeUInt8(byte ^ 0x5c, i);
    }
  }

  /** The code of some bytes, or of a text as UTF-8, as 64 lower-case hex digits. */
  hex(data: string | Uint8Array): string {
    const inner = typeof data === "string" ? this.#text(data) : this.#bytes(data);
    this.#outer.write(hash("sha256", inner, "binary"), BLOCK, "latin1");
    return hash("sha256", this.#outer, "hex");
  }

  /** The same as 32 bytes. */
  digest(data: string | Uint8Array): Buffer {
    return Buffer.from(this.hex(data), "hex");
  }

  #text(text: string): Uint8Array {
    if (text.length * 3 > SCRATCH) return this.#bytes(Buffer.from(text));
    this.#inner.copy(scratch);
    return scratch.subarray(0, BLOCK + scratch.write(text, BLOCK));
  }

  #bytes(data: Uint8Array): Uint8Array {
    if (data.length > SCRATCH) return Buffer.concat([this.#inner, data]);
    this.#inner.copy(scratch);
    scratch.set(data, BLOCK);
    return scratch.subarray(0, BLOCK + data.length);
  }
}
