/** Who a contact is, from the identities a provider names. Pure. */
import { phoneAliases } from "@/lib/kernel/phone";

export type IdentityKind = "bsuid" | "phone" | "username" | "alias";
export interface Claim {
  kind: IdentityKind;
  value: string;
  /** The kind under which the value is hashed: aliases are phones. */
  lookupAs: "bsuid" | "phone" | "username";
}

/** The identities a sender brings, strongest first: the business-scoped id, then the phone, then its other spellings. */
export function claimsOf(sender: { phone: string | null; bsuid: string | null }): Claim[] {
  const claims: Claim[] = [];
  if (sender.bsuid) claims.push({ kind: "bsuid", value: sender.bsuid, lookupAs: "bsuid" });
  if (sender.phone) {
    const [given, ...others] = phoneAliases(sender.phone);
    if (given) claims.push({ kind: "phone", value: given, lookupAs: "phone" });
    for (const value of others) claims.push({ kind: "alias", value, lookupAs: "phone" });
  }
  return claims;
}

/** One key per person inside a batch: the strongest identity. */
export const personKey = (sender: { phone: string | null; bsuid: string | null }) =>
  sender.bsuid ? `b:${sender.bsuid}` : `p:${sender.phone}`;

/** Digits of a query that may be a phone: at least five, nothing but phone punctuation around. */
export function phoneQuery(q: string): string | null {
  if (!/^[\s+()./\d-]+$/.test(q)) return null;
  const digits = q.replace(/\D/g, "");
  return digits.length >= 5 && digits.length <= 20 ? digits : null;
}
