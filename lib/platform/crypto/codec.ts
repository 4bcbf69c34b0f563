/**
 * The one sealing codec: AES-256-GCM, format `version(1) | key id(16) | nonce(12) | ciphertext | tag(16)`,
 * AAD `v1|scope|table|column|row id|key id`, so a ciphertext moved to another row, column or tenant does not open.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomFillSync } from "node:crypto";
import { HmacKey } from "@/lib/platform/crypto/hmac";

const VERSION = 1;
const HEAD = 1 + 16 + 12;
const TAG = 16;

/** Where a sealed value lives. `scope` is the organisation's id, or `intake` for the platform's own keys. */
export interface Place {
  scope: string;
  table: string;
  column: string;
  rowId: string;
}

/** Thrown when a value does not open: wrong key, moved, or altered. Says nothing about the content. */
export class SealError extends Error {}
/** Thrown when an organisation holds no usable keys any more: it was erased, and nothing of it will ever open. */
export class NoKeys extends SealError {}

/** One 256-bit key with an id; subkeys per purpose are derived by HKDF-SHA256 and kept. */
export class SealingKey {
  readonly #root: Buffer;
  readonly #subkeys = new Map<string, KeyObject>();
  readonly #hmacs = new Map<string, HmacKey>();
  readonly idBytes: Buffer;
  constructor(
    readonly id: string,
    root: Buffer,
  ) {
    if (root.length !== 32) throw new SealError("a key has 32 bytes");
    this.#root = root;
    this.idBytes = uuidBytes(id);
  }
  /** The derived key of one purpose, as a KeyObject. */
  subkey(purpose: string): KeyObject {
    let key = this.#subkeys.get(purpose);
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync("sha256", this.#root, this.idBytes, purpose, 32)));
      this.#subkeys.set(purpose, key);
    }
    return key;
  }

  /** The derived key of one purpose, for keyed hashes. */
  hmac(purpose: string): HmacKey {
    let key = this.#hmacs.get(purpose);
    if (!key) {
      key = new HmacKey(this.subkey(purpose).export());
      this.#hmacs.set(purpose, key);
    }
    return key;
  }
}

const pool = Buffer.alloc(12 * 512);
let used = pool.length;
function nonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 12;
  return pool.subarray(used - 12, used);
}

const aad = (p: Place, keyId: string) => Buffer.from(`v1|${p.scope}|${p.table}|${p.column}|${p.rowId}|${keyId}`);

/** Seals a value for one place. Strings are UTF-8. */
export function seal(key: SealingKey, place: Place, plain: string | Uint8Array): Buffer {
  const data = typeof plain === "string" ? Buffer.from(plain) : plain;
  const iv = nonce();
  const cipher = createCipheriv("aes-256-gcm", key.subkey(`${place.table}.${place.column}`), iv);
  cipher.setAAD(aad(place, key.id));
  const out = Buffer.allocUnsafe(HEAD + data.length + TAG);
  out[0] = VERSION;
  key.idBytes.copy(out, 1);
  iv.copy(out, 17);
  cipher.update(data).copy(out, HEAD);
  cipher.final();
  cipher.getAuthTag().copy(out, HEAD + data.length);
  return out;
}

/**
 * Opens what `seal` made at the same place.
 * @throws SealError if the key, the place or any bit differs
 */
export function open(key: SealingKey, place: Place, sealed: Uint8Array): Buffer {
  const buf = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (buf.length < HEAD + TAG || buf[0] !== VERSION) throw new SealError("not a sealed value");
  const decipher = createDecipheriv("aes-256-gcm", key.subkey(`${place.table}.${place.column}`), buf.subarray(17, HEAD));
  decipher.setAAD(aad(place, key.id));
  decipher.setAuthTag(buf.subarray(buf.length - TAG));
  try {
    const plain = decipher.update(buf.subarray(HEAD, buf.length - TAG));
    decipher.final(); // throws unless every bit is the one that was sealed; it adds nothing
    return plain;
  } catch {
    throw new SealError("does not open here");
  }
}

/** The id of the key that sealed a value. */
export function keyIdOf(sealed: Uint8Array): string {
  if (sealed.length < HEAD + TAG || sealed[0] !== VERSION) throw new SealError("not a sealed value");
  return uuidText(Buffer.from(sealed.buffer, sealed.byteOffset + 1, 16));
}

export const uuidBytes = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");
export function uuidText(bytes: Buffer): string {
  const h = bytes.toString("hex");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}
