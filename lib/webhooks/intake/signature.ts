/** Is this really from the provider: signatures and the handshake, in constant time. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { HmacKey } from "@/lib/platform/crypto/hmac";

/** A secret ready for use; an empty one makes none, so that it can never match. */
export const signingKeys = (secrets: readonly (string | undefined)[]): HmacKey[] =>
  secrets.filter((s): s is string => Boolean(s)).map((s) => new HmacKey(Buffer.from(s)));

/**
 * Checks `X-Hub-Signature-256` over the raw bytes, each comparison in constant time, against the live secrets: the
 * current one first, the previous only if that fails. Without a secret everything is refused.
 * Source: Meta, Webhooks, "Validating payloads".
 */
export function isSigned(raw: Uint8Array, header: string | undefined, secrets: readonly HmacKey[]): boolean {
  if (header?.length !== 71 || !header.startsWith("sha256=")) return false;
  if (given.write(header.slice(7).toLowerCase(), "latin1") !== HEX) return false;
  return secrets.some((secret) => {
    expected.write(secret.hex(raw), "latin1");
    return timingSafeEqual(given, expected);
  });
}
// compared as hex in two buffers that are kept: making new ones cost more than the comparison
const HEX = 64;
const given = Buffer.alloc(HEX);
const expected = Buffer.alloc(HEX);

/** The answer to Meta's GET handshake: the challenge to echo, or null to refuse with 403. */
export function answerChallenge(query: URLSearchParams, verifyToken: string): string | null {
  const challenge = query.get("hub.challenge");
  if (query.get("hub.mode") !== "subscribe" || challenge === null || !verifyToken) return null;
  const digest = (v: string) => createHmac("sha256", "handshake").update(v).digest();
  return timingSafeEqual(digest(query.get("hub.verify_token") ?? ""), digest(verifyToken)) ? challenge : null;
}
