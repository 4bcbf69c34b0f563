/** Is this really from the provider: signatures and the handshake, in constant time. */
import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Checks `X-Hub-Signature-256` over the raw bytes, in constant time, against every live secret (current and previous).
 * An empty secret refuses everything. Source: Meta, Webhooks, "Validating payloads".
 */
export function isSigned(raw: Uint8Array, header: string | undefined, secrets: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header ?? "")?.[1];
  if (!hex) return false;
  const given = Buffer.from(hex, "hex");
  let ok = false;
  for (const secret of secrets) {
    if (secret && timingSafeEqual(createHmac("sha256", secret).update(raw).digest(), given)) ok = true;
  }
  return ok;
}

/** The answer to Meta's GET handshake: the challenge to echo, or null to refuse with 403. */
export function answerChallenge(query: URLSearchParams, verifyToken: string): string | null {
  const challenge = query.get("hub.challenge");
  if (query.get("hub.mode") !== "subscribe" || challenge === null || !verifyToken) return null;
  const digest = (v: string) => createHmac("sha256", "handshake").update(v).digest();
  return timingSafeEqual(digest(query.get("hub.verify_token") ?? ""), digest(verifyToken)) ? challenge : null;
}
