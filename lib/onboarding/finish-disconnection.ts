/** Meta's side of a number that a person disconnected, as work that outlives a crash. */
import {
  type ChannelRow,
  type ClaimedDisconnection,
  claimDisconnection,
  findChannel,
  forgetToken,
  lockChannel,
  postponeDisconnection,
  settleDisconnection,
  settleLook,
} from "@/lib/channels";
import type { LeftView } from "@/lib/channels/views";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { countWaiting, rejectWaiting } from "@/lib/messages";
import { isAccountInUse } from "@/lib/onboarding/account-in-use";
import { checkConnection } from "@/lib/onboarding/check-connections";
import { IN_AIR_AGAIN, STEP_LEASE, tellAgainAfter } from "@/lib/onboarding/model";
import { type Speaker, speakerOf } from "@/lib/onboarding/speaker";
import { audit } from "@/lib/platform/audit";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { log } from "@/lib/platform/log";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import type { AccountRefusal } from "@/lib/providers/ports";

type End = Exclude<LeftView["provider"], "due">;
type Told = { end: End; code: number | null } | { again: AccountRefusal };

/**
 * Ends our app's subscription to the number's account, unless a number of it is still connected by that app, here or in any organisation;
 * then the number's token is destroyed. Its PIN is kept, sealed: it is the one the number asks for at Meta, and nobody else knows it.
 * Claimed before its effect, and it looks before it acts: a process that dies in between leaves it to be done again, once more at most.
 * What Meta does not answer is tried again for three days, then given up, and the number's page says what is left to do by hand. A number
 * that was connected again meanwhile is looked at as each night, so that the dead process leaves no connection that hears nothing.
 */
export async function finishDisconnection(
  ctx: Ctx,
  { disconnectionId }: { disconnectionId: Id<"disconnection"> },
): Promise<void> {
  const now = () => ({ ...ctx, now: new Date() });
  const { unsent, claimed } = await inTenantSql(now(), (sql) => take(sql, disconnectionId));
  await publishLive(ctx.orgId, unsent.map(conversationChanged));
  if (!claimed) return;
  if (claimed.undone) return lookAgain(now, disconnectionId, claimed);
  const told = await tell(now(), claimed.channel);
  await inTenantSql(now(), (sql) => record(sql, disconnectionId, claimed, told));
}

interface Claimed extends ClaimedDisconnection {
  channel: ChannelRow;
}
type Unsent = Awaited<ReturnType<typeof rejectWaiting>>;
/** What is on its way may come back to wait, and waits in vain: the disconnection is over only once nothing is. */
async function take(sql: Sql, id: Id<"disconnection">): Promise<{ unsent: Unsent; claimed: Claimed | null }> {
  const held = await claimDisconnection(sql, id, STEP_LEASE);
  if (!held) return { unsent: [], claimed: null };
  const channel = await findChannel(sql, held.channelId);
  if (held.undone) return { unsent: [], claimed: channel && { ...held, channel } };
  const unsent = await rejectWaiting(sql, held.channelId);
  // one that came back since those were ended is ended the next time
  const { inAir, waiting } = await countWaiting(sql, held.channelId);
  if (channel && inAir + waiting === 0) return { unsent, claimed: { ...held, channel } };
  await postponeDisconnection(sql, id, held, { againMs: IN_AIR_AGAIN, code: null, counts: false });
  return { unsent, claimed: null };
}

async function lookAgain(now: () => Ctx, id: Id<"disconnection">, claimed: Claimed): Promise<void> {
  const known = await checkConnection(now, claimed.channel);
  const againMs = known ? null : tellAgainAfter(claimed.attempts);
  await inTenantSql(now(), (sql) =>
    againMs === null
      ? settleLook(sql, id, claimed)
      : postponeDisconnection(sql, id, claimed, { againMs, code: null, counts: true }),
  );
}

async function tell(ctx: Ctx, { wabaId, appId, token }: ChannelRow): Promise<Told> {
  if (token === null) return { end: "no_access", code: null };
  if (await isAccountInUse({ wabaId, appId })) return { end: "kept", code: null };
  const speaker = await findSpeaker(ctx, appId);
  if (!speaker) return { end: "no_access", code: null };
  const { accounts } = speaker;
  const before = await accounts.isSubscribed(wabaId, token);
  if (!before.ok) return refused(before.refusal);
  if (!before.value) return { end: "done", code: null };
  const answer = await accounts.unsubscribe(wabaId, token);
  if (!answer.ok) return refused(answer.refusal);
  // somebody may have connected a number of it while Meta was told: whoever binds one looks after that, and so does this
  if (!(await isAccountInUse({ wabaId, appId }))) return { end: "done", code: null };
  const back = await accounts.subscribe(wabaId, token);
  log.warn("subscription.taken_back", { repaired: back.ok });
  return { end: "kept", code: null };
}

/** An own app may have been removed meanwhile, with its secret: nobody speaks for it any more. */
const findSpeaker = (ctx: Ctx, appId: string | null): Promise<Speaker | null> =>
  speakerOf(ctx, appId).catch((error) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });

/** Access that is gone leaves nothing to end. */
const refused = (refusal: AccountRefusal): Told =>
  refusal.kind === "auth" ? { end: "no_access", code: refusal.code } : { again: refusal };

async function record(sql: Sql, id: Id<"disconnection">, claimed: Claimed, told: Told): Promise<void> {
  const againMs = "again" in told ? tellAgainAfter(claimed.attempts) : null;
  if ("again" in told && againMs !== null) {
    await postponeDisconnection(sql, id, claimed, { againMs, code: told.again.code, counts: true });
    return;
  }
  const { end, code } = "again" in told ? { end: "given_up" as const, code: told.again.code } : told;
  await lockChannel(sql, claimed.channelId);
  if (!(await settleDisconnection(sql, id, claimed, { state: end, code }))) return;
  await forgetToken(sql, claimed.channelId);
  log.info("number.disconnected", { channelId: claimed.channelId, end });
  const detail = { disconnection: id, end, waba: claimed.channel.wabaId };
  await audit(sql, [{ action: "token.destroyed", subject: "channel", subjectId: claimed.channelId, detail }]);
}
