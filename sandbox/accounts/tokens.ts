/** Whether a token opens anything, and the making of new ones. */
import { randomBytes } from "node:crypto";
import { integrationUserOf, SUBCODE, type Token, tokenIdOf } from "./model";

const DAY_MS = 86_400_000;

/** Why a token is refused: subcode and words of the 190. */
export interface Refusal {
  subcode: number;
  message: string;
}

/** @returns undefined for a token that is good at this moment */
export function refusalOf(token: Token, appId: string, now: number): Refusal | undefined {
  if (token.revoked === SUBCODE.uninstalled) {
    const message = `Error validating access token: The user has not authorized application ${appId}.`;
    return { subcode: SUBCODE.uninstalled, message };
  }
  if (token.revoked !== undefined) {
    return { subcode: token.revoked, message: "Error validating access token: The session has been invalidated." };
  }
  if (token.expiresAt > 0 && token.expiresAt <= now) {
    const at = new Date(token.expiresAt).toUTCString();
    return { subcode: SUBCODE.expired, message: `Error validating access token: Session has expired on ${at}.` };
  }
  return undefined;
}

/**
 * A fresh business token, longer than 255 characters as real ones may be.
 * @param days life; 0 means for ever
 */
export function newBusinessToken(
  given: { businessId: string; wabas: string[]; scopes: string[]; days: number; dataAccessDays?: number },
  now: number,
): Token {
  const token = `EAA${randomBytes(144).toString("hex")}ZD`;
  const after = (days: number) => (days > 0 ? now + days * DAY_MS : 0);
  return {
    token,
    id: tokenIdOf(token),
    kind: "business",
    businessId: given.businessId,
    userId: integrationUserOf(given.businessId),
    scopes: given.scopes,
    wabas: given.wabas,
    issuedAt: now,
    expiresAt: after(given.days),
    dataAccessExpiresAt: after(given.dataAccessDays ?? 0),
  };
}
