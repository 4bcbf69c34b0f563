/** Everything one organisation can seal, open and look up; loaded once per process and refreshed, see `keys.ts`. */
import { keyIdOf, open, SealError, type SealingKey, seal } from "@/lib/platform/crypto/codec";

/** Kinds of exact lookups; each has its own subkey, so equal values of different kinds never meet. */
export type LookupKind = "phone" | "bsuid" | "username" | "wamid" | "name";

export class OrgKeys {
  constructor(
    readonly orgId: string,
    readonly data: SealingKey,
    readonly index: SealingKey,
    readonly audit: SealingKey,
    readonly all: ReadonlyMap<string, SealingKey>,
  ) {}

  /** Seals a value for `table.column` of the row `rowId`. */
  seal(table: string, column: string, rowId: string, plain: string | Uint8Array): Buffer {
    return seal(this.data, { scope: this.orgId, table, column, rowId }, plain);
  }
  /** Opens a sealed column; any live data key of the organisation will do. @throws SealError */
  open(table: string, column: string, rowId: string, sealed: Uint8Array): Buffer {
    const key = this.all.get(keyIdOf(sealed));
    if (!key) throw new SealError("the key is gone");
    return open(key, { scope: this.orgId, table, column, rowId }, sealed);
  }
  openText(table: string, column: string, rowId: string, sealed: Uint8Array | null): string | null {
    return sealed ? this.open(table, column, rowId, sealed).toString() : null;
  }
  /** A message's lookup: a wamid is unique per number, so the number is part of it. */
  wamidLookup(phoneNumberId: string, wamid: string): Buffer {
    return this.lookup("wamid", `${phoneNumberId}|${wamid}`);
  }
  /** HMAC-SHA256 under the organisation's index key: equal values meet, nothing else is learnt. 32 bytes. */
  lookup(kind: LookupKind, value: string): Buffer {
    return this.index.hmac(`lookup.${kind}`).digest(value);
  }
}
