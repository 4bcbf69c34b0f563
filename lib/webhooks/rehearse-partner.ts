/** Staging only: a partner event of one's own journey, told to the intake as Meta would tell it. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { allow } from "@/lib/identity";
import { META_PATHS } from "@/lib/kernel/addresses";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { findJourneyAccount } from "@/lib/onboarding";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { receiveWebhook } from "@/lib/webhooks/intake";

export const RehearsePartner = z.strictObject({
  type: z.literal("partner-added"),
  trackingCode: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{10}$/),
});

/**
 * Signs a PARTNER_ADDED for the account of an open journey of the organisation and hands it to the platform's intake: it is stored, split
 * and routed as Meta's own. The event carries no code, as Meta's does not.
 * @throws AppError `not_found` for a code that is no open journey of this organisation; `precondition` `account_unknown` before the
 *   journey's own token has read an account; `unavailable` `intake` when it could not be stored
 */
export async function rehearsePartner(
  ctx: Ctx,
  { trackingCode }: z.output<typeof RehearsePartner>,
): Promise<{ event: string; wabaId: string; stored: true }> {
  allow(ctx, "numbers.connect");
  const { wabaId, ownerBusinessId } = await findJourneyAccount(ctx, { trackingCode });
  if (wabaId === null) throw new AppError("precondition", "account_unknown");
  const about = { waba_id: wabaId, ...(ownerBusinessId && { owner_business_id: ownerBusinessId }) };
  const change = { field: "account_update", value: { event: "PARTNER_ADDED", waba_info: about } };
  const entry = { id: ownerBusinessId ?? wabaId, time: Math.floor(ctx.now.getTime() / 1000), changes: [change] };
  const raw = Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [entry] }));
  const signature = `sha256=${createHmac("sha256", env().META_APP_SECRET).update(raw).digest("hex")}`;
  const answer = await receiveWebhook({ method: "POST", path: META_PATHS[0], query: new URLSearchParams(), signature, raw });
  if (answer.status !== 200) throw new AppError("unavailable", "intake");
  log.info("partner.rehearsed", { wabaId });
  return { event: "PARTNER_ADDED", wabaId, stored: true };
}
