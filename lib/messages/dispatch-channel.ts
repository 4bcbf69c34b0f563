/** Which numbers this process is dispatching: each at most once, started without waiting, finished before the process ends. */
import { systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { Bell, dispatchDueMessages, stopClaiming } from "@/lib/messages/dispatch-due-messages";
import { errorFields, log } from "@/lib/platform/log";

/** Longest a dispatch waits for the pace by itself; after that the sweep asks again. */
const PATIENCE = 250;
const bells = new Map<string, Bell>();
const running = new Set<Promise<void>>();

/** Starts the dispatch of a number without waiting for it, so one slow number holds up no other; while it runs, only its bell rings. */
export function startDispatch(orgId: Id<"organisation">, channelId: Id<"channel">): void {
  const busy = bells.get(channelId);
  if (busy) {
    busy.ring();
    return;
  }
  const bell = new Bell();
  bells.set(channelId, bell);
  const work = dispatchWhileRung(orgId, channelId, bell)
    .catch((error) => log.warn("outbox.dispatch_failed", errorFields(error)))
    .finally(() => running.delete(work));
  running.add(work);
}

/** Stops claiming and waits for the sends that are in the air. */
export async function finishDispatching(): Promise<void> {
  stopClaiming();
  await Promise.all(running);
}

async function dispatchWhileRung(orgId: Id<"organisation">, channelId: Id<"channel">, bell: Bell): Promise<void> {
  try {
    do {
      const wait = await dispatchDueMessages(systemCtx(orgId, "messages.dispatch"), { channelId }, bell);
      if (wait !== null && wait > 0) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(wait, PATIENCE)));
        if (wait <= PATIENCE) bell.ring();
      }
    } while (bell.take());
  } finally {
    bells.delete(channelId);
  }
}
