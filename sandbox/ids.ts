/** Ids in the forms Meta gives them. */
import { createHash, randomBytes } from "node:crypto";

/**
 * A wamid as the real platform mints it: base64 of a small binary record in which the client's phone stands in ASCII.
 * Whoever stores one in the clear stores a phone number.
 * @param client digits of the client's phone
 * @param direction seen from the business
 */
export function newWamid(client: string, direction: "in" | "out"): string {
  const serial = randomBytes(10).toString("hex").toUpperCase();
  const bytes = Buffer.concat([
    Buffer.from([0x1c, 0x18, client.length]),
    Buffer.from(client, "ascii"),
    Buffer.from([0x15, 0x02, 0x00, direction === "in" ? 0x12 : 0x11, 0x18, serial.length]),
    Buffer.from(serial, "ascii"),
    Buffer.from([0x00]),
  ]);
  return `wamid.${bytes.toString("base64")}`;
}

/** A decimal id of 15 digits, as Graph objects have, always the same for the same name. */
export function stableId(firstDigit: number, ...name: string[]): string {
  const number = createHash("sha256").update(name.join("\u0000")).digest().readBigUInt64BE(0) % 10n ** 14n;
  return `${firstDigit}${String(number).padStart(14, "0")}`;
}

/** A fresh decimal id of 16 digits (media). */
export const newObjectId = (): string => `9${String(randomBytes(8).readBigUInt64BE(0) % 10n ** 15n).padStart(15, "0")}`;

/** The trace id every Graph answer carries. */
export const newTraceId = (): string => `A${randomBytes(8).toString("base64url")}`;

const COUNTRIES: [prefix: string, country: string][] = [
  ["62", "ID"],
  ["55", "BR"],
  ["44", "GB"],
  ["49", "DE"],
  ["61", "AU"],
  ["65", "SG"],
  ["351", "PT"],
  ["1", "US"],
];

/** The business-scoped user id of a client: another one at every business, always the same at one. */
export function businessScopedId(wabaId: string, client: string): string {
  const country = COUNTRIES.find(([prefix]) => client.startsWith(prefix))?.[1] ?? "US";
  return `${country}.${stableId(1, wabaId, client)}`;
}
