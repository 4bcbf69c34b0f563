/** A person at Meta takes back what they permitted, or asks for deletion: kept at once, handled by the worker. */
import { createHash } from "node:crypto";
import { AppError } from "@/lib/kernel/errors";
import { newId } from "@/lib/kernel/ids";
import { newCode } from "@/lib/onboarding/codes";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { inSystem } from "@/lib/platform/sql";
import { openSignedRequest } from "@/lib/providers/meta/signed-request";

export type DepartureKind = "deauthorize" | "deletion";
const CODE_LENGTH = 16;

/**
 * Keeps a departure; told again it is the same one.
 * @param signedRequest as Meta posts it
 * @returns the code under which a person sees how far it is
 * @throws AppError `unauthenticated` when it is not signed with the app's secret, or too old
 */
export async function noteDeparture(kind: DepartureKind, signedRequest: string, now: Date): Promise<string> {
  const { META_APP_SECRET, META_APP_SECRET_PREVIOUS } = env();
  const userId = openSignedRequest(signedRequest, [META_APP_SECRET, META_APP_SECRET_PREVIOUS], Math.floor(now.getTime() / 1000));
  if (userId === null) throw new AppError("unauthenticated", "signature");
  const digest = createHash("sha256").update(`${kind}|${signedRequest}`).digest();
  const code = await inSystem("departure", async (sql) => {
    await sql.run(
      "departure.insert",
      `insert into departures (id, kind, code, request_sha256, user_id, asked_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (request_sha256) do nothing`,
      [newId("departure"), kind, newCode(CODE_LENGTH), digest, userId, now],
    );
    const [row] = await sql.rows<{ code: string }>("departure.code", "select code from departures where request_sha256 = $1", [
      digest,
    ]);
    return row?.code ?? "";
  });
  log.info("departure.noted", { kind });
  return code;
}

export interface DepartureView {
  kind: DepartureKind;
  askedAt: Date;
  /** Null while it is not done. */
  doneAt: Date | null;
}

const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;
/** How far a departure is, by its code; null when there is none. Says nothing about whom it concerns. */
export async function readDeparture(code: string): Promise<DepartureView | null> {
  if (!CODE.test(code)) return null;
  const [row] = await inSystem("departure", (sql) =>
    sql.rows<{ kind: DepartureKind; asked_at: Date; done_at: Date | null }>(
      "departure.read",
      "select kind, asked_at, done_at from departures where code = $1",
      [code],
    ),
  );
  return row ? { kind: row.kind, askedAt: row.asked_at, doneAt: row.done_at } : null;
}
