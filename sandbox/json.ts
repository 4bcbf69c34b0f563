/** Reading of foreign JSON, shape by shape. Pure. */

export type JsonObject = { [key: string]: unknown };

/** True for a plain JSON object (not an array, not null). */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as an object, or an empty one. */
export const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The value as an array, or an empty one. */
export const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A non-empty string, or undefined. Numbers are taken as their digits, as the real Graph does. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Only the digits of a phone as people write it ("+55 11 97777-0001" gives "5511977770001"). */
export const digitsOf = (value: unknown): string => (asText(value) ?? "").replace(/\D/g, "");

/** Parses JSON; undefined when it is not JSON. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * A moment given as seconds, milliseconds (above 10^12), a string of either, or ISO 8601.
 * @returns milliseconds since 1970, or undefined when it cannot be read
 */
export function asMoment(value: unknown): number | undefined {
  const text = asText(value);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) > 1e12 ? Number(text) : Number(text) * 1000;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
