/** An account that waits is taken over without Meta's window, by whoever has proven its owner business, or its number by a code. */
import { z } from "zod";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError, notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { beginWithToken } from "@/lib/onboarding/begin-with-token";
import { findProposed } from "@/lib/onboarding/kept-accounts";
import { env } from "@/lib/platform/env";
import { clientTokens } from "@/lib/providers/meta/accounts";

export const ClaimAccount = z.strictObject({ wabaId: z.string().regex(/^\d{1,32}$/) });

/** Whether this installation has a system user at Meta, without which only Meta's window helps. */
export const canFetchTokens = (): boolean => env().META_SYSTEM_USER_TOKEN !== undefined;

/**
 * Begins a journey with the business's token, fetched by our own system user. That token counts only for an owner business which this
 * organisation has proven by a token of its own, or for the one number that a code of its came through, and only while nobody else has
 * proven either; the journey then proves the account itself as any other does, a second admin included.
 * @throws AppError `not_found` for an account that is not proposed to this organisation; `precondition` `unconfigured` without a system
 *   user, `not_granted` when the business has not granted our app; `unavailable` `provider`
 */
export async function claimAccount(ctx: Ctx, { wabaId }: z.output<typeof ClaimAccount>): Promise<{ id: Id<"onboarding"> }> {
  allow(ctx, "numbers.connect");
  const claimant = userIdOf(ctx);
  if (claimant === null) throw new AppError("forbidden", "numbers.connect");
  if (!canFetchTokens()) throw new AppError("precondition", "unconfigured");
  const proposed = await findProposed(ctx.orgId, wabaId);
  if (proposed === null) throw notFound("account");
  const { ownerBusinessId, onlyNumber: phoneNumberId } = proposed;
  const answer = await clientTokens.fetchClientToken(ownerBusinessId);
  if (!answer.ok) {
    const known = answer.refusal.kind === "auth" || answer.refusal.kind === "refused";
    throw known ? new AppError("precondition", "not_granted") : new AppError("unavailable", "provider");
  }
  const given = {
    hints: { wabaId, phoneNumberId },
    onlyFor: phoneNumberId === null ? null : { wabaId, phoneNumberId },
    token: answer.value.open(),
    claimedBy: claimant,
    pressedAt: [ctx.now.getTime()],
  };
  return beginWithToken(ctx, { path: "new", startedBy: claimant, given }, (session) => ({
    action: "onboarding.token_fetched",
    subject: "waba",
    subjectId: wabaId,
    detail: { session },
  }));
}
