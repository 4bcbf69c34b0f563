/** Key-encryption keys from the environment: `hex` or `kid:hex,kid:hex`, newest first. They wrap and unwrap other keys, and secrets are derived from them. */
import { randomBytes } from "node:crypto";
import { open, SealError, SealingKey, seal } from "@/lib/platform/crypto/codec";

const KEK_UUID = "00000000-0000-0000-0000-000000000000";

export interface WrappedKey {
  kekId: string;
  wrapped: Buffer;
}

export class KekRing {
  readonly #keys = new Map<string, SealingKey>();
  readonly newestId: string;
  constructor(spec: string) {
    for (const part of spec.split(",")) {
      const [id, hex] = part.includes(":") ? (part.trim().split(":") as [string, string]) : ["k1", part.trim()];
      this.#keys.set(id, new SealingKey(KEK_UUID, Buffer.from(hex, "hex")));
    }
    this.newestId = this.#keys.keys().next().value ?? "";
  }
  /** Makes a fresh random key and wraps it for the given scope and id. */
  mint(scope: string, id: string): WrappedKey {
    return this.wrap(scope, id, randomBytes(32));
  }
  wrap(scope: string, id: string, key: Buffer): WrappedKey {
    return { kekId: this.newestId, wrapped: seal(this.#kek(this.newestId), this.#place(scope, id, this.newestId), key) };
  }
  /** @throws SealError if this ring does not hold the key-encryption key, or the wrapped key belongs elsewhere */
  unwrap(scope: string, id: string, key: { kekId: string; wrapped: Uint8Array }): SealingKey {
    return new SealingKey(id, open(this.#kek(key.kekId), this.#place(scope, id, key.kekId), key.wrapped));
  }
  /** The same key under the newest key-encryption key. @throws SealError like `unwrap` */
  rewrap(scope: string, id: string, key: { kekId: string; wrapped: Uint8Array }): WrappedKey {
    return this.wrap(scope, id, open(this.#kek(key.kekId), this.#place(scope, id, key.kekId), key.wrapped));
  }
  /** A secret of one purpose from each key of the ring, newest first. Its own by HKDF: it tells nothing about the key. */
  derive(purpose: string): Buffer[] {
    return [...this.#keys.values()].map((key) => key.subkey(purpose).export());
  }
  #kek(id: string): SealingKey {
    const kek = this.#keys.get(id);
    if (!kek) throw new SealError(`no key-encryption key ${id}`);
    return kek;
  }
  #place = (scope: string, id: string, kekId: string) => ({ scope, table: "keys", column: `wrapped.${kekId}`, rowId: id });
}
