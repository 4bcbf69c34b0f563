/** Broken on purpose: the status that came last is the status, whatever came before it. */
import { applyReceipts as sound } from "../../lib/messages/apply-receipts";

export * from "../../lib/messages/apply-receipts";

export const applyReceipts: typeof sound = async (sql, receipts) => {
  const touched = await sound(sql, receipts);
  for (const receipt of receipts) {
    const { status } = receipt;
    const keep = (name: string) => (status === name ? `${name}_at` : "null");
    await sql.run(
      `broken.last.${status}`,
      `update messages set sent_at = ${keep("sent")}, delivered_at = ${keep("delivered")}, read_at = ${keep("read")}, failed_at = ${keep("failed")}
        where org_id = $1 and wamid_lookup = $2 and direction = 'out'`,
      [sql.ctx.orgId, sql.keys.lookup("wamid", receipt.wamid)],
    );
  }
  return touched;
};
