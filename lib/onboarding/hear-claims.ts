/** Codes that came through a number nobody has connected. */
import { asId } from "@/lib/kernel/ids";
import { digestOf } from "@/lib/onboarding/digest";
import { CODE_DECIDED_WITHIN, looksLikeClaim } from "@/lib/onboarding/model";
import { keysOfAll } from "@/lib/platform/keys";
import { counters } from "@/lib/platform/metrics";
import type { SystemSql } from "@/lib/platform/sql";
import { readOwnText } from "@/lib/providers/meta/parse-phone-app";

/** What a phone app sent through a number of an account that is nobody's. */
export interface Echo {
  wabaId: string;
  phoneNumberId: string;
  payload: Record<string, unknown>;
  /** When it reached us, by the database's clock: what Meta or the phone says of the time proves nothing. */
  at: Date;
}
interface Found {
  org_id: string;
  id: string;
  digest: Buffer;
  made_at: Date;
  expires_at: Date;
}

/**
 * Step: matches what phones sent against the codes that are being waited for; each is heard once. Kept traffic is unread by promise: no
 * text is looked at while no code waits, and of one that is no code nothing is kept.
 * @param echoes oldest first
 */
export async function hearClaims(sql: SystemSql, echoes: readonly Echo[]): Promise<void> {
  const [first] = echoes;
  if (!first || !(await isAnyAwaited(sql, first.at))) return;
  const said = echoes.flatMap(codeOf);
  if (said.length === 0) return;
  // whoever asked must still be one who may
  const found = await sql.rows<Found>(
    "claims.heard",
    `select k.org_id, k.id, k.digest, k.made_at, k.expires_at from claim_codes k
      join memberships m on m.org_id = k.org_id and m.user_id = k.made_by and m.active and m.role in ('owner', 'admin')
      where k.state = 'waiting' and k.digest = any($1::bytea[]) order by k.org_id, k.id for update of k`,
    [said.map((s) => s.digest)],
  );
  const keys = await keysOfAll(found.map((f) => asId("organisation", f.org_id)));
  const heard = found.flatMap((code) => {
    const by = said.find((s) => s.digest.equals(code.digest) && s.at > code.made_at && s.at <= code.expires_at);
    const org = keys.get(code.org_id);
    return by && org ? [{ ...code, ...by, sealed: org.seal("claim_codes", "phone_sealed", code.id, by.phone) }] : [];
  });
  if (heard.length === 0) return;
  await sql.run(
    "claims.hear",
    `update claim_codes k set state = 'heard', heard_at = u.at, waba_id = u.waba_id, phone_number_id = u.phone_number_id, phone_sealed = u.sealed,
        expires_at = now() + make_interval(secs => $7)
      from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::bytea[]) u (org_id, id, at, waba_id, phone_number_id, sealed)
      where k.org_id = u.org_id and k.id = u.id`,
    [
      heard.map((h) => h.org_id),
      heard.map((h) => h.id),
      heard.map((h) => h.at),
      heard.map((h) => h.wabaId),
      heard.map((h) => h.phoneNumberId),
      heard.map((h) => h.sealed),
      CODE_DECIDED_WITHIN / 1000,
    ],
  );
  counters.claimCodes.inc({ result: "heard" }, heard.length);
}

async function isAnyAwaited(sql: SystemSql, since: Date): Promise<boolean> {
  const [row] = await sql.rows<{ awaited: boolean }>(
    "claims.awaited",
    "select exists (select from claim_codes where state = 'waiting' and expires_at >= $1) as awaited",
    [since],
  );
  return row?.awaited === true;
}

function codeOf({ payload, ...echo }: Echo) {
  const said = readOwnText(payload);
  const text = said?.text.normalize("NFC").trim() ?? "";
  return said && looksLikeClaim(text) ? [{ ...echo, phone: said.phone, digest: digestOf(text) }] : [];
}
