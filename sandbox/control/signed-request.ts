/** Deauthorize and data deletion: Meta's form with a `signed_request`, signed as asked. */
import { createHmac } from "node:crypto";
import { SUBCODE } from "../accounts/model";
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { asText, type JsonObject, tryJson } from "../json";

export type SignedKind = "deauthorize" | "data-deletion";
const TIMEOUT_MS = 10_000;
const HOUR = 3600;

/**
 * `<signature>.<payload>`, both base64url; the signature is made over the encoded payload.
 * @param sign good, bad (another secret) or expired
 */
export function signedRequest(secret: string, userId: string, sign: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const issued_at = sign === "expired" ? now - 2 * HOUR : now;
  const claims = { user_id: userId, algorithm: "HMAC-SHA256", issued_at, expires: issued_at + HOUR };
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  const key = sign === "bad" ? `${secret}-wrong` : secret;
  return `${createHmac("sha256", key).update(payload).digest("base64url")}.${payload}`;
}

/**
 * Posts it to `url`, or to the address in the app's settings.
 * @returns status (0: no answer) and body
 * @throws ControlError 400 or 409
 */
export async function sendSignedRequest(ctx: Context, kind: SignedKind, input: JsonObject): Promise<JsonObject> {
  const userId = asText(input.userId);
  if (userId === undefined) throw new ControlError(400, "userId is missing");
  const sign = asText(input.sign) ?? "good";
  if (!["good", "bad", "expired"].includes(sign)) throw new ControlError(400, "sign must be good, bad or expired");
  const url = asText(input.url) ?? addressOf(ctx, kind);
  if (url === undefined) throw new ControlError(409, "name a url: the app has no callbackUrl to derive one from");
  if (kind === "deauthorize" && sign === "good") {
    for (const token of ctx.world.tokens.values()) if (token.userId === userId) token.revoked ??= SUBCODE.uninstalled;
  }
  const body = new URLSearchParams({ signed_request: signedRequest(ctx.world.app.secret, userId, sign, ctx.now()) });
  try {
    const response = await fetch(url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { status: response.status, body: tryJson(text) ?? text };
  } catch {
    return { status: 0, body: null };
  }
}

/** As set in the app's settings; else beside the app's webhook callback. */
function addressOf(ctx: Context, kind: SignedKind): string | undefined {
  const { app } = ctx.world;
  const set = kind === "deauthorize" ? app.deauthorizeUrl : app.dataDeletionUrl;
  return set ?? (app.callbackUrl && new URL(`/api/webhooks/meta/${kind}`, app.callbackUrl).toString());
}
