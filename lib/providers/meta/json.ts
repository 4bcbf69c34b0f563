/** Reading of a provider's JSON: nothing in it is believed to have the shape it should have. Pure. */
export type Json = Record<string, unknown>;

export const isObject = (v: unknown): v is Json => typeof v === "object" && v !== null && !Array.isArray(v);
/** The value as an object, an empty one if it is none. */
export const obj = (v: unknown): Json => (isObject(v) ? v : {});
/** The value as a list, an empty one if it is none. */
export const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
/** A moment given in seconds since 1970, within a thousand years; else null. */
export function moment(seconds: unknown): Date | null {
  const n = Number(seconds);
  return n > 0 && n <= 32_503_680_000 ? new Date(n * 1000) : null;
}
/** A text that is not empty, or a number as text; else null. */
export const str = (v: unknown): string | null =>
  typeof v === "string" && v !== "" ? v : typeof v === "number" ? String(v) : null;
