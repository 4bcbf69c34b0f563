/** Meta's `signed_request`: who took a permission back. Pure. Source: Meta, "Data Deletion Request Callback", "Parsing the Signed Request". */
import { createHmac, timingSafeEqual } from "node:crypto";
import { isObject, str } from "@/lib/providers/meta/json";

const USER_ID = /^\d{1,32}$/;

/**
 * Opens `<signature>.<payload>`, both base64url: the signature is HMAC-SHA256 over the encoded payload.
 * @param secrets the app's, the current one first; empty ones never match
 * @param now in seconds since 1970
 * @returns the app-scoped id of the person, or null when it is not Meta's, names nobody, or its time is over
 */
export function openSignedRequest(text: string, secrets: readonly (string | undefined)[], now: number): string | null {
  const [signature, payload, more] = text.split(".");
  if (!signature || !payload || more !== undefined) return null;
  const given = Buffer.from(signature, "base64url");
  const signed = secrets.some((secret) => {
    if (!secret) return false;
    const expected = createHmac("sha256", secret).update(payload).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!signed) return null;
  const claims = parse(Buffer.from(payload, "base64url").toString());
  if (!isObject(claims) || str(claims.algorithm)?.toUpperCase() !== "HMAC-SHA256") return null;
  if (claims.expires !== undefined && !(Number(claims.expires) > now)) return null;
  const userId = str(claims.user_id);
  return userId !== null && USER_ID.test(userId) ? userId : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
