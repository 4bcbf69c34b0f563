/** Journeys that connect a number: answers the ring, and sweeps behind it. */
import { systemCtx } from "@/lib/kernel/ctx";
import { advanceJob, advanceOnboarding, dueOnboardings } from "@/lib/onboarding";
import { handle, startSweep } from "@/lib/platform/jobs";
import { errorFields, log } from "@/lib/platform/log";

type Journey = Parameters<typeof advanceOnboarding>[1] & { orgId: Parameters<typeof systemCtx>[0] };
const advance = ({ orgId, sessionId }: Journey) => advanceOnboarding(systemCtx(orgId, "onboarding.advance"), { sessionId });

export const onboardingHandlers = [handle(advanceJob, advance)];

export function startOnboardingSweep() {
  return startSweep("onboarding", 2000, async () => {
    for (const journey of await dueOnboardings()) {
      // one journey that fails keeps no other waiting; its lease brings it back
      await advance(journey).catch((error) => log.warn("onboarding.advance_failed", errorFields(error)));
    }
    return false;
  });
}
