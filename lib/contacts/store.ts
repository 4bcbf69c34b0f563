/** Steps on contact rows; the only place their sealed columns are opened. */
import { asId, type Id } from "@/lib/kernel/ids";
import { openable } from "@/lib/platform/crypto/openable";
import type { Sql } from "@/lib/platform/sql";

export interface ContactDetails {
  id: Id<"contact">;
  name: string | null;
  phone: string | null;
  bsuid: string | null;
}

/** Names and newest identities of contacts, by id. What does not open is null; an older identity never takes its place. */
export async function readContacts(sql: Sql, ids: readonly string[]): Promise<Map<string, ContactDetails>> {
  if (ids.length === 0) return new Map();
  const { orgId } = sql.ctx;
  const contacts = await sql.rows<{ id: string; name_sealed: Buffer | null }>(
    "contacts.read",
    "select id, name_sealed from contacts where org_id = $1 and id = any($2::uuid[])",
    [orgId, ids],
  );
  const identities = await sql.rows<IdentityRow & { contact_id: string }>(
    "contacts.read_identities",
    `select id, contact_id, kind, value_sealed from contact_identities
      where org_id = $1 and contact_id = any($2::uuid[]) and kind in ('phone', 'bsuid') order by created_at, id`,
    [orgId, ids],
  );
  const out = new Map<string, ContactDetails>();
  for (const c of contacts) {
    out.set(c.id, {
      id: asId("contact", c.id),
      name: openName(sql, c),
      phone: null,
      bsuid: null,
    });
  }
  for (const i of identities) {
    const contact = out.get(i.contact_id);
    if (contact && i.kind === "phone") contact.phone = openValue(sql, i);
    if (contact && i.kind === "bsuid") contact.bsuid = openValue(sql, i);
  }
  return out;
}

/** What a contact calls themselves, or null when they said nothing or it does not open. */
export const openName = (sql: Sql, { id, name_sealed }: { id: string; name_sealed: Buffer | null }): string | null =>
  openable("contacts", id, () => sql.keys.openText("contacts", "name_sealed", id, name_sealed));

/** Where a person can be written to. */
export type Address = { phone: string } | { bsuid: string };

/** The addresses that identities stand for, by id; one that does not open is left out. */
export async function readAddresses(sql: Sql, ids: readonly string[]): Promise<Map<string, Address>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<IdentityRow>(
    "contacts.addresses",
    "select id, kind, value_sealed from contact_identities where org_id = $1 and id = any($2::uuid[])",
    [sql.ctx.orgId, ids],
  );
  const out = new Map<string, Address>();
  for (const row of rows) {
    const value = openValue(sql, row);
    if (value !== null) out.set(row.id, row.kind === "bsuid" ? { bsuid: value } : { phone: value });
  }
  return out;
}

interface IdentityRow {
  id: string;
  kind: string;
  value_sealed: Buffer | null;
}
const openValue = (sql: Sql, { id, value_sealed }: IdentityRow): string | null =>
  openable("contact_identities", id, () => sql.keys.openText("contact_identities", "value_sealed", id, value_sealed));

/** The contact whose phone, in any spelling, has exactly these digits; or null. */
export async function findByPhone(sql: Sql, spellings: readonly string[]): Promise<string[]> {
  const rows = await sql.rows<{ contact_id: string }>(
    "contacts.by_phone",
    "select distinct contact_id from contact_identities where org_id = $1 and kind in ('phone', 'alias') and lookup = any($2::bytea[])",
    [sql.ctx.orgId, spellings.map((d) => sql.keys.lookup("phone", d))],
  );
  return rows.map((r) => r.contact_id);
}
