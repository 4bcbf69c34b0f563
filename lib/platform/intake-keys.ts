/** Which key the intake seals with, and the lock of whoever decides that or seals the secrets of an endpoint. */
import type { SystemSql } from "@/lib/platform/sql";

/** A key as the database holds it. */
export interface IntakeKeyRow {
  id: string;
  kek_id: string;
  wrapped: Buffer;
}

/**
 * Step: one at a time makes, replaces or destroys a key of the intake, or seals under one what an endpoint keeps: until the transaction
 * ends no key becomes another's predecessor.
 */
export const lockIntakeKeys = (sql: SystemSql) =>
  sql.rows("intake_keys.lock", "select pg_advisory_xact_lock(7002)").then(() => undefined);

/** Step: the newest key that seals; null before there is one. Under the lock, if anything is to be sealed with it. */
export async function findSealingKey(sql: SystemSql): Promise<IntakeKeyRow | null> {
  const [row] = await sql.rows<IntakeKeyRow>(
    "intake_keys.sealing",
    "select id, kek_id, wrapped from intake_keys where purpose = 'body' and day is not null and wrapped is not null order by day desc limit 1",
  );
  return row ?? null;
}
