/** The inbound pump: splits deliveries, then handles organisations side by side, each in its own transactions. */
import type { Id } from "@/lib/kernel/ids";
import { startSweep } from "@/lib/platform/jobs";
import { errorFields, log } from "@/lib/platform/log";
import { dedicatedClient } from "@/lib/platform/pool";
import { organisationsWithEvents, processOrganisation, rerouteUnrouted, splitDeliveries, tendOrphans } from "@/lib/webhooks";
import { SPLIT_BELL } from "@/lib/webhooks/intake";
import { PAST_REST } from "@/lib/webhooks/model";

const SIDE_BY_SIDE = 3;
const SWEEP_MS = 2000;

export interface Pump {
  stop: () => Promise<void>;
  /** When this process last took something, in milliseconds since 1970. */
  lastClaim: () => number;
}

/** @param onHandled called after each handled batch, to nudge what follows (search) */
export function startPump(onHandled: () => void): Pump {
  let lastClaim = Date.now();
  let stopped = false;
  const waiting = new Set<string>();
  const running = new Set<string>();
  const inFlight = new Set<Promise<void>>();

  /** Organisations of whose phone apps' past more is due. */
  const pasts = new Set<string>();
  const resting = new Set<string>();
  /** A past that was just worked on waits a little, and those who write now go on meanwhile. */
  const rest = (orgId: string) => {
    if (resting.has(orgId)) return;
    resting.add(orgId);
    setTimeout(() => {
      resting.delete(orgId);
      waiting.add(orgId);
      fill();
    }, PAST_REST).unref();
  };
  const fill = () => {
    for (const orgId of waiting) {
      if (running.size >= SIDE_BY_SIDE || stopped) return;
      if (running.has(orgId)) continue;
      waiting.delete(orgId);
      running.add(orgId);
      const work = handleOne(orgId as Id<"organisation">).finally(() => {
        running.delete(orgId);
        inFlight.delete(work);
        fill();
      });
      inFlight.add(work);
    }
  };
  const handleOne = async (orgId: Id<"organisation">) => {
    try {
      const { taken, more, past } = await processOrganisation(orgId, !resting.has(orgId));
      if (taken > 0) {
        lastClaim = Date.now();
        onHandled();
      }
      if (past && more) pasts.add(orgId);
      else if (past) pasts.delete(orgId);
      if (more && !past)
        waiting.add(orgId); // fair turns: to the end of the line
      else if (pasts.has(orgId)) rest(orgId);
    } catch (error) {
      lastClaim = Date.now(); // refused is not deaf
      log.warn("events.batch_failed", errorFields(error)); // the sweep comes back for them
    }
  };

  const splitting = startSweep("split", SWEEP_MS, async () => {
    const { claimed, organisations } = await splitDeliveries();
    if (claimed > 0) lastClaim = Date.now();
    for (const id of organisations) waiting.add(id);
    fill();
    return claimed > 0;
  });
  const sweeping = startSweep("events", SWEEP_MS, async () => {
    for (const id of await organisationsWithEvents()) waiting.add(id);
    fill();
    return false;
  });
  const rerouting = startSweep("reroute", SWEEP_MS, async () => {
    const { organisations, more } = await rerouteUnrouted();
    for (const id of organisations) waiting.add(id);
    fill();
    if (organisations.length > 0 && !more) await tendOrphans(); // what was handed over waits for nobody any more
    return more;
  });
  const bell = listen(() => splitting.nudge());
  return {
    lastClaim: () => lastClaim,
    stop: async () => {
      stopped = true;
      bell.stop();
      await Promise.all([splitting.stop(), sweeping.stop(), rerouting.stop()]);
      await Promise.all(inFlight);
    },
  };
}

/** Hears the receiver's bell over LISTEN; comes back by itself, and the sweep covers the silence between. */
function listen(onBell: () => void): { stop: () => void } {
  let client: ReturnType<typeof dedicatedClient> | undefined;
  let stopped = false;
  let pulse: NodeJS.Timeout | undefined;
  const connect = async () => {
    if (stopped) return;
    client = dedicatedClient("system");
    let again = false;
    const retry = () => {
      if (again || stopped) return;
      again = true;
      clearInterval(pulse);
      client?.end().catch(() => {});
      setTimeout(() => void connect(), 1000).unref();
    };
    client.on("error", retry);
    client.on("end", retry);
    client.on("notification", onBell);
    try {
      await client.connect();
      await client.query(`listen ${SPLIT_BELL}`);
      onBell();
      pulse = setInterval(() => client?.query("select 1").catch(retry), 20_000);
    } catch {
      retry();
    }
  };
  void connect();
  return {
    stop: () => {
      stopped = true;
      clearInterval(pulse);
      client?.end().catch(() => {});
    },
  };
}
