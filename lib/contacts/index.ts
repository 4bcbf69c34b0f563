/**
 * The people we write to and their identities. Lives here: who a sender is. Does not live here: what was said.
 * Invariants: an identity belongs to one contact of an organisation; contacts are linked, never merged blindly.
 */
export { claimsOf, personKey, phoneQuery, type ResolvedContact, replyIdentity } from "@/lib/contacts/model";
export { resolveContacts } from "@/lib/contacts/resolve-contacts";
export { type Address, type ContactDetails, findByPhone, readAddresses, readContacts } from "@/lib/contacts/store";
