/** Step: names people call themselves change; the newest by the provider's time stands, whatever order messages came in. */
import type { Named, ResolvedContact } from "@/lib/contacts/model";
import { openName } from "@/lib/contacts/store";
import type { Sql } from "@/lib/platform/sql";

interface Known {
  contact: ResolvedContact;
  named: Named | null;
}
interface Digested extends Known {
  digest: Buffer | null;
}
interface Other {
  id: string;
  name_sealed: Buffer | null;
  later: boolean;
}

/**
 * Compares names of known contacts by digest, so that nothing is opened where they are equal; writes the newer ones.
 * Fills in `name` and `renamed` of each contact.
 * @returns the ids whose name changed
 */
export async function renameContacts(sql: Sql, known: readonly Known[]): Promise<string[]> {
  if (known.length === 0) return [];
  const list = known.map((k): Digested => ({ ...k, digest: k.named && sql.keys.lookup("name", k.named.name) }));
  const others = await findOthers(sql, list);
  const renamed: Digested[] = [];
  for (const one of list) {
    const other = others.get(one.contact.id);
    if (other && !(other.later && one.named)) {
      one.contact.name = openName(sql, { id: one.contact.id, name_sealed: other.name_sealed });
      continue;
    }
    one.contact.name = one.named?.name ?? null;
    one.contact.renamed = other !== undefined;
    if (other) renamed.push(one);
  }
  if (renamed.length === 0) return [];
  await sql.run(
    "contacts.rename",
    `update contacts c set name_sealed = u.name, name_digest = u.digest, name_at = u.at
      from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::timestamptz[]) u (id, name, digest, at) where c.org_id = $1 and c.id = u.id`,
    [
      sql.ctx.orgId,
      renamed.map((r) => r.contact.id),
      renamed.map((r) => sql.keys.seal("contacts", "name_sealed", r.contact.id, r.named?.name ?? "")),
      renamed.map((r) => r.digest),
      renamed.map((r) => r.named?.at ?? null),
    ],
  );
  return renamed.map((r) => r.contact.id);
}

/** Contacts kept under another name than the one just said, or of which none was said; `later` when the said one is not older. */
async function findOthers(sql: Sql, list: readonly Digested[]): Promise<Map<string, Other>> {
  const rows = await sql.rows<Other>(
    "contacts.other_names",
    `select c.id, c.name_sealed, coalesce(u.at >= c.name_at, c.name_at is null) as later
      from unnest($2::uuid[], $3::bytea[], $4::timestamptz[]) u (id, digest, at) join contacts c on c.org_id = $1 and c.id = u.id
      where c.name_digest is distinct from u.digest`,
    [sql.ctx.orgId, list.map((l) => l.contact.id), list.map((l) => l.digest), list.map((l) => l.named?.at ?? null)],
  );
  return new Map(rows.map((r) => [r.id, r]));
}
