/** `bytea[]` parameters in Postgres's binary array form; the driver would write them as escaped hex text, which costs both sides dearly. */

const BYTEA_OID = 17;

/**
 * Encodes one `bytea[]`. The driver sends a Buffer parameter as binary, and this is the binary of an array.
 * Source: PostgreSQL, `array_recv` (dimensions, null flag, element type, length, lower bound, then each length and its bytes).
 */
export function byteaArray(values: readonly (Uint8Array | null | undefined)[]): Buffer {
  let size = 20 + 4 * values.length;
  for (const v of values) size += v?.length ?? 0;
  const out = Buffer.allocUnsafe(size);
  out.writeInt32BE(values.length > 0 ? 1 : 0, 0);
  out.writeInt32BE(1, 4);
  out.writeInt32BE(BYTEA_OID, 8);
  if (values.length === 0) return out.subarray(0, 12);
  out.writeInt32BE(values.length, 12);
  out.writeInt32BE(1, 16);
  let at = 20;
  for (const v of values) {
    at = out.writeInt32BE(v ? v.length : -1, at);
    if (!v) continue;
    out.set(v, at);
    at += v.length;
  }
  return out;
}

const IDS = /^[0-9a-f-]{36}(,[0-9a-f-]{36})*$/;
/** The literal of an array of ids, which needs none of the driver's escaping; null for any other array. */
function idArray(values: readonly unknown[]): string | null {
  if (!values.every((v) => typeof v === "string" && v.length === 36)) return null;
  const list = values.join(",");
  return IDS.test(list) ? `{${list}}` : null;
}

/** Parameters as they are sent: arrays of bytes are packed and those of ids joined, everything else is left to the driver. */
export const packed = (values: readonly unknown[]): unknown[] =>
  values.map((v) => {
    if (!Array.isArray(v)) return v;
    return v.some((x) => x instanceof Uint8Array) ? byteaArray(v) : (idArray(v) ?? v);
  });
