/** Step: senders to contacts, set-wise, inside the organisation's own lock (see lockOrganisation in webhooks). */
import {
  type Claim,
  claimKey,
  claimsOf,
  type Named,
  newerName,
  type PersonIds,
  personKey,
  type ResolvedContact,
} from "@/lib/contacts/model";
import { renameContacts } from "@/lib/contacts/rename-contacts";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface SenderLike extends PersonIds {
  profileName: string | null;
  /** The ids under which the same person goes on. */
  becomes: PersonIds | null;
}

interface KeyedClaim extends Claim {
  lookup: Buffer;
}
/** Whose an identity is. */
interface Owner {
  contactId: Id<"contact">;
  identityId: Id<"identity">;
}
/** One person of a set: everything that was said of them, whichever message said it. */
interface Person {
  key: string;
  claims: KeyedClaim[];
  named: Named | null;
}

/**
 * Finds or makes the contact of each sender. Never merges: when identities of one sender lead to two contacts, the
 * strongest wins and the pair goes to the review list. The newest name by the provider's time is kept.
 * @param senders each with the provider's time of its message
 * @returns by `personKey`; senders of one contact share one object
 */
export async function resolveContacts(
  sql: Sql,
  senders: readonly { sender: SenderLike; at: Date }[],
): Promise<Map<string, ResolvedContact>> {
  const people = gather(sql, senders);
  if (people.length === 0) return new Map();
  const owners = await findOwners(
    sql,
    people.flatMap((p) => p.claims.map((c) => c.lookup)),
  );
  const contacts = new Map<string, { contact: ResolvedContact; isNew: boolean; named: Named | null }>();
  const byPerson = new Map<string, ResolvedContact>();
  const added: (Owner & { claim: KeyedClaim })[] = [];
  const reviews: [Id<"contact">, Id<"contact">][] = [];
  for (const person of people) {
    const found = person.claims.flatMap((c) => owners.get(c.lookup.toString("hex"))?.contactId ?? []);
    const id = found[0] ?? newId("contact");
    for (const other of new Set(found)) if (other !== id) reviews.push([id, other]);
    const contact = { id, renamed: false, name: null, identities: new Map() };
    const known = contacts.get(id) ?? { contact, isNew: found.length === 0, named: null };
    known.named = newerName(known.named, person.named);
    contacts.set(id, known);
    for (const claim of person.claims) {
      const hex = claim.lookup.toString("hex");
      const owner = owners.get(hex) ?? { contactId: id, identityId: newId("identity") };
      if (!owners.has(hex)) added.push({ ...owner, claim });
      owners.set(hex, owner);
      if (owner.contactId === id) known.contact.identities.set(claimKey(claim), owner.identityId);
    }
    byPerson.set(person.key, known.contact);
  }
  const all = [...contacts.values()];
  const fresh = all.filter((c) => c.isNew);
  for (const { contact, named } of fresh) contact.name = named?.name ?? null;
  await insertContacts(sql, fresh);
  await insertIdentities(sql, added);
  await insertReviews(sql, reviews);
  const renamed = await renameContacts(
    sql,
    all.filter((c) => !c.isNew),
  );
  await queueSearch(sql, [...fresh.map((f) => f.contact.id), ...renamed]);
  return byPerson;
}

/** The people of a set, those with a business-scoped id first: it is the stronger claim, whatever order messages came in. */
function gather(sql: Sql, senders: readonly { sender: SenderLike; at: Date }[]): Person[] {
  const people = new Map<string, Person>();
  for (const { sender, at } of senders) {
    const key = personKey(sender);
    const person = people.get(key) ?? { key, claims: [], named: null };
    people.set(key, person);
    for (const claim of [...claimsOf(sender), ...claimsOf(sender.becomes ?? { phone: null, bsuid: null })]) {
      if (person.claims.some((c) => claimKey(c) === claimKey(claim))) continue;
      person.claims.push({ ...claim, lookup: sql.keys.lookup(claim.lookupAs, claim.value) });
    }
    if (sender.profileName) person.named = newerName(person.named, { name: sender.profileName, at });
  }
  return [...people.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)); // "b:" stands before "p:"
}

async function findOwners(sql: Sql, lookups: Buffer[]): Promise<Map<string, Owner>> {
  const rows = await sql.rows<{ lookup: Buffer; contact_id: string; id: string }>(
    "contacts.owners",
    "select lookup, contact_id, id from contact_identities where org_id = $1 and kind in ('bsuid', 'phone', 'alias') and lookup = any($2::bytea[])",
    [sql.ctx.orgId, lookups],
  );
  return new Map(
    rows.map((r) => [r.lookup.toString("hex"), { contactId: asId("contact", r.contact_id), identityId: asId("identity", r.id) }]),
  );
}

async function insertContacts(sql: Sql, fresh: { contact: ResolvedContact; named: Named | null }[]): Promise<void> {
  if (fresh.length === 0) return;
  const { keys, ctx } = sql;
  await sql.run(
    "contacts.insert",
    `insert into contacts (org_id, id, name_sealed, name_digest, name_at)
      select $1, * from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::timestamptz[])`,
    [
      ctx.orgId,
      fresh.map((f) => f.contact.id),
      fresh.map((f) => (f.named ? keys.seal("contacts", "name_sealed", f.contact.id, f.named.name) : null)),
      fresh.map((f) => (f.named ? keys.lookup("name", f.named.name) : null)),
      fresh.map((f) => f.named?.at ?? null),
    ],
  );
}

async function insertIdentities(sql: Sql, added: (Owner & { claim: KeyedClaim })[]): Promise<void> {
  if (added.length === 0) return;
  await sql.run(
    "contacts.identities",
    `insert into contact_identities (org_id, id, contact_id, kind, lookup, value_sealed)
      select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::bytea[]) on conflict (org_id, kind, lookup) do nothing`,
    [
      sql.ctx.orgId,
      added.map((a) => a.identityId),
      added.map((a) => a.contactId),
      added.map((a) => a.claim.kind),
      added.map((a) => a.claim.lookup),
      added.map((a) => sql.keys.seal("contact_identities", "value_sealed", a.identityId, a.claim.value)),
    ],
  );
}

async function insertReviews(sql: Sql, pairs: [string, string][]): Promise<void> {
  if (pairs.length === 0) return;
  await sql.run(
    "contacts.reviews",
    "insert into contact_reviews (org_id, contact_id, other_contact_id) select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing",
    [sql.ctx.orgId, pairs.map((p) => p[0]), pairs.map((p) => p[1])],
  );
}

async function queueSearch(sql: Sql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(
    "contacts.queue_search",
    "insert into search_queue (org_id, kind, id) select $1, 'contact', * from unnest($2::uuid[]) on conflict do nothing",
    [sql.ctx.orgId, ids],
  );
}
