/** An endpoint carries the key it seals with, and its secrets stand under that key: it is moved onto another with everything it keeps. */
import { open, SealError, type SealingKey, seal } from "@/lib/platform/crypto/codec";
import type { IntakeKeyRow } from "@/lib/platform/intake-keys";
import { intakeKekRing } from "@/lib/platform/keys";
import { log } from "@/lib/platform/log";
import type { SystemSql } from "@/lib/platform/sql";

const SECRETS = ["secret_sealed", "secret_previous_sealed", "verify_token_sealed"] as const;
interface Row extends Record<(typeof SECRETS)[number], Buffer | null> {
  id: string;
  intake_key_id: string;
  intake_kek_id: string;
  intake_key_wrapped: Buffer;
}

/**
 * Step, under the lock of intake keys: every endpoint seals with this key from now on, and its secrets are sealed anew under it. One whose
 * secrets do not open stays where it is, which keeps its key from being destroyed.
 */
export async function moveEndpoints(sql: SystemSql, to: IntakeKeyRow): Promise<void> {
  await sql.run(
    "endpoints.move",
    `update intake_endpoints set intake_key_id = $1, intake_kek_id = $2, intake_key_wrapped = $3
      where intake_key_id <> $1 and secret_sealed is null and verify_token_sealed is null`,
    [to.id, to.kek_id, to.wrapped],
  );
  const rows = await sql.rows<Row>(
    "endpoints.behind",
    `select id, intake_key_id, intake_kek_id, intake_key_wrapped, ${SECRETS.join(", ")} from intake_endpoints
      where intake_key_id <> $1 order by id for update`,
    [to.id],
  );
  if (rows.length === 0) return;
  const key = intakeKekRing().unwrap("intake", to.id, { kekId: to.kek_id, wrapped: to.wrapped });
  for (const row of rows) {
    const anew = resealed(row, key);
    if (!anew) continue;
    await sql.run(
      "endpoints.move_own",
      `update intake_endpoints set intake_key_id = $2, intake_kek_id = $3, intake_key_wrapped = $4, ${SECRETS.map((c, i) => `${c} = $${i + 5}`).join(", ")}
        where id = $1`,
      [row.id, to.id, to.kek_id, to.wrapped, ...anew],
    );
  }
}

function resealed(row: Row, key: SealingKey): (Buffer | null)[] | null {
  try {
    const old = intakeKekRing().unwrap("intake", row.intake_key_id, {
      kekId: row.intake_kek_id,
      wrapped: row.intake_key_wrapped,
    });
    return SECRETS.map((column) => {
      const sealed = row[column];
      const place = { scope: "intake", table: "intake_endpoints", column, rowId: row.id };
      return sealed && seal(key, place, open(old, place, sealed));
    });
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error("endpoint.unopened", { endpointId: row.id });
    return null;
  }
}
