/** The intake's row for an own app: sealed under the intake's keys, since the receiver has no other. */
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import type { OwnApp } from "@/lib/onboarding/own-app";
import { seal } from "@/lib/platform/crypto/codec";
import { findSealingKey, lockIntakeKeys } from "@/lib/platform/intake-keys";
import { intakeKey } from "@/lib/platform/keys";
import { inSystem } from "@/lib/platform/sql";

/**
 * Makes the endpoint of an own app, or brings it up to its present secrets. Safe to do twice.
 * @throws AppError `unavailable` while the intake has no key yet
 */
export async function ensureEndpoint(orgId: Id<"organisation">, app: OwnApp): Promise<void> {
  await inSystem("own endpoints", async (sql) => {
    await lockIntakeKeys(sql); // the endpoint is not moved onto another key meanwhile
    const key = await findSealingKey(sql);
    if (!key) throw new AppError("unavailable", "intake");
    await sql.run(
      "own_endpoints.insert",
      `insert into intake_endpoints (id, key, org_id, intake_key_id, intake_kek_id, intake_key_wrapped) values ($1, $2, $3, $4, $5, $6)
        on conflict (key) do nothing`,
      [newId("endpoint"), app.endpointKey, orgId, key.id, key.kek_id, key.wrapped],
    );
    const [row] = await sql.rows<{ id: string; intake_key_id: string }>(
      "own_endpoints.lock",
      "select id, intake_key_id from intake_endpoints where key = $1 and org_id = $2 for update",
      [app.endpointKey, orgId],
    );
    if (!row) throw new AppError("conflict", "own_endpoint");
    const under = await intakeKey(row.intake_key_id);
    const sealed = (column: string, value: string) =>
      seal(under, { scope: "intake", table: "intake_endpoints", column, rowId: row.id }, value);
    await sql.run(
      "own_endpoints.secrets",
      "update intake_endpoints set secret_sealed = $2, secret_previous_sealed = $3, verify_token_sealed = $4, previous_until = $5 where id = $1",
      [
        row.id,
        sealed("secret_sealed", app.secret.open()),
        app.previous && sealed("secret_previous_sealed", app.previous.secret.open()),
        sealed("verify_token_sealed", app.verifyToken),
        app.previous?.until ?? null,
      ],
    );
  });
}

/** Closes the endpoints of own apps that are gone: without secrets nothing is accepted there. What came before is kept. */
export const closeEndpoints = (): Promise<number> =>
  inSystem("own endpoints", async (sql) => {
    await lockIntakeKeys(sql);
    return sql.run(
      "own_endpoints.close",
      `update intake_endpoints i set secret_sealed = null, secret_previous_sealed = null, verify_token_sealed = null, previous_until = null
        where org_id is not null and (secret_sealed is not null or verify_token_sealed is not null)
          and not exists (select from own_apps o where o.org_id = i.org_id and o.endpoint_key = i.key)`,
    );
  });
