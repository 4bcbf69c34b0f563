/**
 * The people we write to and their identities. Lives here: who a sender is. Does not live here: what was said.
 * Invariants: an identity belongs to one contact of an organisation; contacts are linked, never merged blindly.
 */
export { claimsOf, personKey, phoneQuery, type ResolvedContact } from "@/lib/contacts/model";
export { resolveContacts } from "@/lib/contacts/resolve-contacts";
export { type ContactDetails, findByPhone, readContacts } from "@/lib/contacts/store";
