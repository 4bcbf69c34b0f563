import { z } from "zod";
import { disconnectChannel, lockChannel } from "@/lib/channels";
import { allow, requireFresh } from "@/lib/identity";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { rejectWaiting } from "@/lib/messages";
import { forgetJourney } from "@/lib/onboarding/cache";
import { disconnectionJob } from "@/lib/onboarding/jobs";
import { finishSession, lockOpenSessions, type Session, seizeLease } from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { ring } from "@/lib/platform/jobs";
import { conversationChanged, publishLive } from "@/lib/platform/live";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Why, in a person's own words. */
export const DisconnectNumber = z.strictObject({ reason: z.string().trim().min(1).max(500) });

/**
 * Ends a number's connection: nothing more comes in or goes out by it. What waits to go ends as not sent, what is on its way comes to its
 * own end, and journeys that connect this number are over. Conversations, contacts and the trail stay, and so does everything when the
 * number is connected again. Done twice it changes nothing. Meta is told afterwards, see `finishDisconnection`.
 *
 * The number is not deregistered: it would be unusable until somebody registers it again, at ten times in 72 hours, and who leaves us may
 * want to go on elsewhere. Source: Meta, Cloud API, "Registration".
 * @throws AppError `precondition` `fresh_authentication`; `not_found`
 */
export async function disconnectNumber(
  ctx: Ctx,
  { channelId, reason }: z.output<typeof DisconnectNumber> & { channelId: Id<"channel"> },
): Promise<void> {
  allow(ctx, "numbers.connect");
  requireFresh(ctx);
  const personId = userIdOf(ctx);
  if (personId === null) throw new AppError("forbidden", "people_only");
  const ended = await inTenantSql(ctx, async (sql) => {
    // journeys first, as whoever binds a number does: the one that is just binding this one comes before or not at all
    const open = await lockOpenSessions(sql);
    const channel = await lockChannel(sql, channelId);
    if (channel.status === "disconnected") return null;
    const unsent = await rejectWaiting(sql, channelId);
    const journeys = open.filter((session) => concerns(session, channel));
    for (const { id } of journeys) await endJourney(sql, id);
    const disconnectionId = await disconnectChannel(sql, channel, { personId, reason });
    await audit(sql, [
      ...journeys.map(({ id }) => ({ action: "onboarding.cancelled", subject: "onboarding", subjectId: id })),
      {
        action: "channel.disconnected",
        subject: "channel",
        subjectId: channelId,
        detail: {
          by: "person",
          disconnection: disconnectionId,
          reasonDigest: digestOf(sql, disconnectionId, reason),
          unsent: unsent.length,
          journeys: journeys.length,
        },
      },
    ]);
    return { unsent, journeys, disconnectionId };
  });
  if (!ended) return;
  await Promise.all(ended.journeys.map(({ id }) => forgetJourney(ctx.orgId, id)));
  await ring(disconnectionJob, { orgId: ctx.orgId, disconnectionId: ended.disconnectionId });
  await publishLive(ctx.orgId, ended.unsent.map(conversationChanged));
}

/** A journey that has not found its number yet goes on: it ends in a connection that somebody asks for. */
const concerns = ({ channelId, facts }: Session, channel: { id: string; phoneNumberId: string }): boolean =>
  channelId === channel.id || (facts.number?.id ?? facts.hints.phoneNumberId) === channel.phoneNumberId;

async function endJourney(sql: Sql, id: Id<"onboarding">): Promise<void> {
  await seizeLease(sql, id);
  await finishSession(sql, id, "cancelled", null);
}

/** The trail holds nobody's words; by this it vouches for those that are kept sealed. */
const digestOf = (sql: Sql, id: Id<"disconnection">, reason: string): string =>
  sql.keys.audit.hmac(`disconnection.reason.${id}`).digest(reason).toString("hex");
