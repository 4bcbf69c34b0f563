/** Step: senders to contacts, set-wise, inside the organisation's own lock (see lockOrganisation in webhooks). */

import { type Claim, claimsOf, personKey } from "@/lib/contacts/model";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface SenderLike {
  phone: string | null;
  bsuid: string | null;
  profileName: string | null;
}
export interface ResolvedContact {
  id: Id<"contact">;
  /** The name just learnt differs from the one kept: rows that carry it must follow. */
  renamed: boolean;
  name: string | null;
}
interface Person {
  sender: SenderLike;
  claims: (Claim & { lookup: Buffer })[];
}

/**
 * Finds or makes the contact of each sender. Never merges: when identities of one sender lead to two contacts, the
 * strongest wins and the pair goes to the review list.
 * @returns by `personKey`
 */
export async function resolveContacts(sql: Sql, senders: readonly SenderLike[]): Promise<Map<string, ResolvedContact>> {
  const people = new Map<string, Person>();
  for (const sender of senders) {
    const key = personKey(sender);
    const known = people.get(key);
    if (known) {
      known.sender = { ...sender, profileName: sender.profileName ?? known.sender.profileName };
      continue;
    }
    people.set(key, { sender, claims: claimsOf(sender).map((c) => ({ ...c, lookup: sql.keys.lookup(c.lookupAs, c.value) })) });
  }
  if (people.size === 0) return new Map();

  const owners = await findOwners(
    sql,
    [...people.values()].flatMap((p) => p.claims.map((c) => c.lookup)),
  );
  const result = new Map<string, ResolvedContact>();
  const fresh: { id: Id<"contact">; person: Person }[] = [];
  const added: { contactId: Id<"contact">; claim: Person["claims"][number] }[] = [];
  const reviews: [Id<"contact">, Id<"contact">][] = [];
  for (const [key, person] of people) {
    const found = person.claims.flatMap((c) => owners.get(c.lookup.toString("hex")) ?? []);
    const id = found[0] ?? newId("contact");
    if (found.length === 0) fresh.push({ id, person });
    for (const other of new Set(found.slice(1))) if (other !== id) reviews.push([id, other]);
    for (const claim of person.claims) {
      const hex = claim.lookup.toString("hex");
      if (!owners.has(hex)) {
        owners.set(hex, id);
        added.push({ contactId: id, claim });
      }
    }
    result.set(key, { id, renamed: found.length === 0, name: person.sender.profileName });
  }
  await insertContacts(sql, fresh);
  await insertIdentities(sql, added);
  await insertReviews(sql, reviews);
  await updateNames(sql, people, result, new Set(fresh.map((f) => f.id)));
  return result;
}

async function findOwners(sql: Sql, lookups: Buffer[]): Promise<Map<string, Id<"contact">>> {
  const rows = await sql.rows<{ lookup: Buffer; contact_id: string }>(
    "contacts.owners",
    "select lookup, contact_id from contact_identities where org_id = $1 and kind in ('bsuid', 'phone', 'alias') and lookup = any($2::bytea[])",
    [sql.ctx.orgId, lookups],
  );
  return new Map(rows.map((r) => [r.lookup.toString("hex"), asId("contact", r.contact_id)]));
}

async function insertContacts(sql: Sql, fresh: { id: Id<"contact">; person: Person }[]): Promise<void> {
  if (fresh.length === 0) return;
  const { keys, ctx } = sql;
  const names = fresh.map((f) => f.person.sender.profileName);
  await sql.run(
    "contacts.insert",
    "insert into contacts (org_id, id, name_sealed, name_digest) select $1, * from unnest($2::uuid[], $3::bytea[], $4::bytea[])",
    [
      ctx.orgId,
      fresh.map((f) => f.id),
      fresh.map((f, i) => (names[i] ? keys.seal("contacts", "name_sealed", f.id, names[i] ?? "") : null)),
      names.map((n) => (n ? keys.lookup("name", n) : null)),
    ],
  );
  await queueSearch(
    sql,
    fresh.map((f) => f.id),
  );
}

async function insertIdentities(sql: Sql, added: { contactId: Id<"contact">; claim: Person["claims"][number] }[]): Promise<void> {
  if (added.length === 0) return;
  const rows = added.map((a) => ({ ...a, id: newId("identity") }));
  await sql.run(
    "contacts.identities",
    `insert into contact_identities (org_id, id, contact_id, kind, lookup, value_sealed)
      select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::bytea[]) on conflict (org_id, kind, lookup) do nothing`,
    [
      sql.ctx.orgId,
      rows.map((r) => r.id),
      rows.map((r) => r.contactId),
      rows.map((r) => r.claim.kind),
      rows.map((r) => r.claim.lookup),
      rows.map((r) => sql.keys.seal("contact_identities", "value_sealed", r.id, r.claim.value)),
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

/** Names change: kept by digest, so that nothing is opened to compare. Marks the renamed in `result`. */
async function updateNames(
  sql: Sql,
  people: Map<string, Person>,
  result: Map<string, ResolvedContact>,
  fresh: Set<string>,
): Promise<void> {
  const { keys, ctx } = sql;
  const known = new Map<string, { key: string; name: string }>();
  for (const [key, person] of people) {
    const contact = result.get(key);
    if (contact && person.sender.profileName && !fresh.has(contact.id))
      known.set(contact.id, { key, name: person.sender.profileName });
  }
  if (known.size === 0) return;
  const list = [...known].map(([id, k]) => ({ id, ...k, digest: keys.lookup("name", k.name) }));
  const changed = await sql.rows<{ id: string }>(
    "contacts.renamed",
    `select c.id from unnest($2::uuid[], $3::bytea[]) u (id, digest) join contacts c on c.org_id = $1 and c.id = u.id
      where c.name_digest is distinct from u.digest`,
    [ctx.orgId, list.map((l) => l.id), list.map((l) => l.digest)],
  );
  if (changed.length === 0) return;
  const ids = new Set(changed.map((c) => c.id));
  const rows = list.filter((l) => ids.has(l.id));
  await sql.run(
    "contacts.rename",
    `update contacts c set name_sealed = u.name, name_digest = u.digest from unnest($2::uuid[], $3::bytea[], $4::bytea[]) u (id, name, digest)
      where c.org_id = $1 and c.id = u.id`,
    [
      ctx.orgId,
      rows.map((r) => r.id),
      rows.map((r) => keys.seal("contacts", "name_sealed", r.id, r.name)),
      rows.map((r) => r.digest),
    ],
  );
  for (const row of rows) {
    const contact = result.get(row.key);
    if (contact) contact.renamed = true;
  }
  await queueSearch(
    sql,
    rows.map((r) => r.id),
  );
}

const queueSearch = (sql: Sql, ids: string[]) =>
  sql.run(
    "contacts.queue_search",
    "insert into search_queue (org_id, kind, id) select $1, 'contact', * from unnest($2::uuid[]) on conflict do nothing",
    [sql.ctx.orgId, ids],
  );
