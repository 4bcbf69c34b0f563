/** Journeys that connect a number: answers the ring, and sweeps behind it. */
import { systemCtx } from "@/lib/kernel/ctx";
import { minutes, seconds } from "@/lib/kernel/time";
import {
  advanceJob,
  advanceOnboarding,
  checkAllConnections,
  destroyPreviousSecrets,
  disconnectionJob,
  dueClaims,
  dueDisconnections,
  dueOnboardings,
  expireOnboardings,
  finishDisconnection,
  forgetClaims,
  handleDepartures,
  settleClaim,
  settleClaimJob,
} from "@/lib/onboarding";
import { env } from "@/lib/platform/env";
import { handle, startSweep } from "@/lib/platform/jobs";
import { errorFields, log } from "@/lib/platform/log";
import { onceADay } from "@/lib/platform/slots";
import { tendOrphans } from "@/lib/webhooks";

type Journey = Parameters<typeof advanceOnboarding>[1] & { orgId: Parameters<typeof systemCtx>[0] };
const advance = ({ orgId, sessionId }: Journey) => advanceOnboarding(systemCtx(orgId, "onboarding.advance"), { sessionId });

type Disconnection = Parameters<typeof finishDisconnection>[1] & { orgId: Parameters<typeof systemCtx>[0] };
const disconnect = ({ orgId, disconnectionId }: Disconnection) =>
  finishDisconnection(systemCtx(orgId, "onboarding.disconnection"), { disconnectionId });

type Claim = Parameters<typeof settleClaim>[1] & { orgId: Parameters<typeof systemCtx>[0] };
/** An account that was just proven is proposed at once, not with the next round. */
const settle = async ({ orgId, claimId }: Claim) => {
  if (await settleClaim(systemCtx(orgId, "onboarding.settle_claim"), { claimId })) await tendOrphans();
};

export const onboardingHandlers = [
  handle(advanceJob, advance),
  handle(disconnectionJob, disconnect),
  handle(settleClaimJob, settle),
];

const MIDNIGHT = 0;
const TWO = 2;

export function startOnboardingSweeps() {
  const nightly = startSweep("nightly", seconds(env().NIGHTLY_SECONDS), async () => {
    await onceADay("onboarding.expire", MIDNIGHT, async ({ now, keep }) => {
      await expireOnboardings(now, keep);
      log.info("claims.forgotten", { forgotten: await forgetClaims() });
    });
    await onceADay("connections.check", TWO, ({ keep }) => checkAllConnections(keep));
    return false;
  });
  const due = startSweep("onboarding", 2000, async () => {
    for (const journey of await dueOnboardings()) {
      // one journey that fails keeps no other waiting; its lease brings it back
      await advance(journey).catch((error) => log.warn("onboarding.advance_failed", errorFields(error)));
    }
    return false;
  });
  const claims = startSweep("claims", 2000, async () => {
    for (const claim of await dueClaims()) {
      await settle(claim).catch((error) => log.warn("claims.settle_failed", errorFields(error)));
    }
    return false;
  });
  const departures = startSweep("departures", 2000, async () => (await handleDepartures(new Date())) > 0);
  const disconnections = startSweep("disconnections", 2000, async () => {
    for (const one of await dueDisconnections())
      await disconnect(one).catch((error) => log.warn("disconnection.failed", errorFields(error)));
    return false;
  });
  const secrets = startSweep("own_secrets", minutes(10), async () => {
    await destroyPreviousSecrets();
    return false;
  });
  const all = [claims, departures, disconnections, due, nightly, secrets];
  return { stop: () => Promise.all(all.map((sweep) => sweep.stop())) };
}
