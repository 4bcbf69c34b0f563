/** The hash-chained trail: acts of people, denials and the product's own decisions, in the same transaction as the act. */
import { actorIdOf } from "@/lib/kernel/ctx";
import { uuidBytes } from "@/lib/platform/crypto/codec";
import type { Sql } from "@/lib/platform/sql";

/** One thing that happened. `detail` holds ids, states and counts; never content, names or phones. */
export interface AuditEntry {
  action: string;
  subject: string;
  subjectId?: string | null;
  detail?: Record<string, string | number | boolean | null>;
}

interface Head {
  seq: number;
  hash: Buffer;
}

const sorted = (detail: AuditEntry["detail"] = {}) =>
  JSON.stringify(Object.fromEntries(Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Canonical bytes of an entry, as hashed: shared with the verifier. */
export function canonicalEntry(e: {
  orgId: string;
  seq: number;
  at: string;
  actor: string;
  actorId: string | null;
  action: string;
  subject: string;
  subjectId: string | null;
  detail: string;
  prev: Buffer;
}): string {
  return JSON.stringify([
    e.orgId,
    e.seq,
    e.at,
    e.actor,
    e.actorId,
    e.action,
    e.subject,
    e.subjectId,
    e.detail,
    e.prev.toString("hex"),
  ]);
}

/**
 * Appends entries to the organisation's chain; the last statement of a transaction, since it locks the chain's head.
 * @param entries in the order they happened
 */
export async function audit(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { ctx, keys } = sql;
  const [head] = await sql.rows<Head>("audit.head", "select seq, hash from audit_head()");
  if (!head) throw new Error("audit chain has no head");
  const chainKey = keys.audit.hmac(`audit.${uuidBytes(ctx.orgId).toString("hex")}`);
  const at = ctx.now.toISOString();
  let prev = head.hash;
  const rows = entries.map((entry, i) => {
    const seq = head.seq + 1 + i;
    const detail = sorted(entry.detail);
    const actorId = actorIdOf(ctx);
    const subjectId = entry.subjectId ?? null;
    const fields = {
      orgId: ctx.orgId,
      seq,
      at,
      actor: ctx.actor.kind,
      actorId,
      action: entry.action,
      subject: entry.subject,
      subjectId,
      detail,
      prev,
    };
    const hash = chainKey.digest(canonicalEntry(fields));
    const row = { ...fields, hash };
    prev = hash;
    return row;
  });
  await sql.rows(
    "audit.append",
    "select audit_append($1::bigint[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[])",
    [
      rows.map((r) => r.seq),
      rows.map((r) => r.at),
      rows.map((r) => r.actor),
      rows.map((r) => r.actorId),
      rows.map((r) => r.action),
      rows.map((r) => r.subject),
      rows.map((r) => r.subjectId),
      rows.map((r) => r.detail),
      rows.map((r) => r.prev),
      rows.map((r) => r.hash),
    ],
  );
}
