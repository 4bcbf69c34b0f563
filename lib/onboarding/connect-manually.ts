import { z } from "zod";
import { allow } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { beginWithToken } from "@/lib/onboarding/begin-with-token";

const GraphId = z
  .string()
  .trim()
  .regex(/^\d{5,32}$/);
/** What a customer copies out of the own app's pages at Meta. */
export const ConnectManually = z.strictObject({
  appId: GraphId,
  appSecret: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{16,128}$/),
  token: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{20,2000}$/),
  wabaId: GraphId,
  phoneNumberId: GraphId,
  /** Of a number whose two-step verification is on already. */
  pin: z
    .string()
    .trim()
    .regex(/^\d{6}$/)
    .optional(),
});

/**
 * Begins to connect a number with the customer's own Meta app. The token is there already, so nothing has to be exchanged; every other
 * step is taken as ever. Nothing of what was pasted is given back to a browser.
 */
export async function connectManually(ctx: Ctx, input: z.output<typeof ConnectManually>): Promise<{ id: Id<"onboarding"> }> {
  allow(ctx, "numbers.connect");
  const startedBy = userIdOf(ctx);
  if (startedBy === null) throw new AppError("forbidden", "numbers.connect");
  const { appId, appSecret, token, wabaId, phoneNumberId, pin } = input;
  const given = { hints: { wabaId, phoneNumberId }, app: { id: appId, secret: appSecret }, token, pin: pin ?? null };
  return beginWithToken(ctx, { path: "manual", startedBy, given }, (id) => ({
    action: "onboarding.started",
    subject: "onboarding",
    subjectId: id,
    detail: { path: "manual", app: appId },
  }));
}
