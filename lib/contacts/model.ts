/** Who a contact is, from the identities a provider names. Pure. */
import type { Id } from "@/lib/kernel/ids";
import { phoneAliases } from "@/lib/kernel/phone";

/** Ids of a person as a message names them. */
export interface PersonIds {
  phone: string | null;
  bsuid: string | null;
}

export type IdentityKind = "bsuid" | "phone" | "username" | "alias";
export interface Claim {
  kind: IdentityKind;
  value: string;
  /** The kind under which the value is hashed: aliases are phones. */
  lookupAs: "bsuid" | "phone" | "username";
}

/** The identities a sender brings, strongest first: the business-scoped id, then the phone, then its other spellings. */
export function claimsOf(sender: PersonIds): Claim[] {
  const claims: Claim[] = [];
  if (sender.bsuid) claims.push({ kind: "bsuid", value: sender.bsuid, lookupAs: "bsuid" });
  if (sender.phone) {
    const [given, ...others] = phoneAliases(sender.phone);
    if (given) claims.push({ kind: "phone", value: given, lookupAs: "phone" });
    for (const value of others) claims.push({ kind: "alias", value, lookupAs: "phone" });
  }
  return claims;
}

export const claimKey = (claim: Pick<Claim, "lookupAs" | "value">) => `${claim.lookupAs}:${claim.value}`;

/** One contact, shared by everything of a set that is theirs. */
export interface ResolvedContact {
  id: Id<"contact">;
  /** The name just learnt differs from the one kept: rows that carry it must follow. */
  renamed: boolean;
  /** The contact's name as it stands now. */
  name: string | null;
  /** Which of the ids in the set are theirs, by `claimKey`. */
  identities: Map<string, Id<"identity">>;
}

/**
 * Where an answer to a message goes: to the ids under which its sender goes on, else to those it came from; the phone first.
 * Never to an id that is another contact's, whatever the message says.
 */
export function replyIdentity(
  { identities }: Pick<ResolvedContact, "identities">,
  sender: PersonIds & { becomes: PersonIds | null },
): Id<"identity"> | null {
  for (const { phone, bsuid } of [...(sender.becomes ? [sender.becomes] : []), sender]) {
    const byPhone = phone && identities.get(claimKey({ lookupAs: "phone", value: phone }));
    const found = byPhone || (bsuid && identities.get(claimKey({ lookupAs: "bsuid", value: bsuid })));
    if (found) return found;
  }
  return null;
}

/** A name as somebody called themselves at a time. */
export interface Named {
  name: string;
  at: Date;
}

/** The newer of two names by the provider's time; of two at the same second the one that arrived later, which is `b`. */
export function newerName(a: Named | null, b: Named | null): Named | null {
  if (!a || !b) return a ?? b;
  return a.at > b.at ? a : b;
}

/** One key per person inside a batch: the strongest identity. */
export const personKey = (sender: PersonIds) => (sender.bsuid ? `b:${sender.bsuid}` : `p:${sender.phone}`);

/** Digits of a query that may be a phone: at least five, nothing but phone punctuation around. */
export function phoneQuery(q: string): string | null {
  if (!/^[\s+()./\d-]+$/.test(q)) return null;
  const digits = q.replace(/\D/g, "");
  return digits.length >= 5 && digits.length <= 20 ? digits : null;
}
