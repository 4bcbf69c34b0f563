/** Broken on purpose: the status that came last is the status, so one that arrives late takes a message back. */
import { applyReceipts as sound } from "../../lib/messages/apply-receipts";

export * from "../../lib/messages/apply-receipts";

const LADDER = ["sent", "delivered", "read", "played"];

export const applyReceipts: typeof sound = async (sql, receipts) => {
  const touched = await sound(sql, receipts);
  for (const { status, wamid, phoneNumberId } of receipts) {
    const higher = LADDER.slice(LADDER.indexOf(status) + 1);
    if (status === "failed" || higher.length === 0) continue;
    await sql.run(
      `broken.last.${status}`,
      `update messages set ${higher.map((name) => `${name}_at = null`).join(", ")} where org_id = $1 and wamid_lookup = $2 and direction = 'out'`,
      [sql.ctx.orgId, sql.keys.wamidLookup(phoneNumberId, wamid)],
    );
  }
  return touched;
};
