/** The worker: everything that happens later. Scales by adding processes; each part is safe beside itself. */
import http from "node:http";
import { flushSearch, sweepSearch } from "@/lib/inbox";
import { minutes, seconds } from "@/lib/kernel/time";
import { lastDispatchRound } from "@/lib/messages";
import { closeDb } from "@/lib/platform/db";
import { EnvError, env, startEnv } from "@/lib/platform/env";
import { healthListener } from "@/lib/platform/health";
import { closeHttp } from "@/lib/platform/http";
import { closeJobs, startJobs, startSweep } from "@/lib/platform/jobs";
import { errorFields, log } from "@/lib/platform/log";
import { closePools } from "@/lib/platform/pool";
import { closeRedis, warmRedis } from "@/lib/platform/redis";
import { sweepTemplates } from "@/lib/templates";
import { destroyOldBodies, destroyOldUnrouted, ensureIntakeKey, measureBacklog, tendOrphans } from "@/lib/webhooks";
import { messageHandlers, startOutboxSweeps } from "@/workers/messages";
import { onboardingHandlers, startOnboardingSweeps } from "@/workers/onboarding";
import { startPump } from "@/workers/webhooks";

try {
  startEnv("worker");
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}

warmRedis();
const search = startSweep("search", 1000, sweepSearch);
const pump = startPump(() => search.nudge());
const outbox = startOutboxSweeps();
const onboarding = startOnboardingSweeps();
const jobs = startJobs([...messageHandlers, ...onboardingHandlers], 10);
const flush = startSweep("search.flush", 1000, async () => {
  await flushSearch();
  return false;
});
const keeping = startSweep("keeping", minutes(10), async () => {
  const now = new Date();
  await ensureIntakeKey(now);
  const bodies = await destroyOldBodies(now);
  const unrouted = await destroyOldUnrouted(now);
  await tendOrphans();
  if (bodies + unrouted > 0) log.info("retention.destroyed", { bodies, unrouted });
  return false;
});

const templates = startSweep("templates", minutes(1), async () => {
  await sweepTemplates(minutes(60), new Date());
  return false;
});

// a consumer can go deaf without an error: due work that stands while nothing is claimed ends the process, and its supervisor starts a new one
const DEAF = seconds(30);
let suspicions = 0;
const watchdog = startSweep("watchdog", 10_000, async () => {
  const backlog = await measureBacklog();
  const inbound = Math.max(backlog.delivery, backlog.event) * 1000 > DEAF && Date.now() - pump.lastClaim() > DEAF;
  const outbound = backlog.outbox * 1000 > DEAF && Date.now() - lastDispatchRound() > DEAF;
  suspicions = inbound || outbound ? suspicions + 1 : 0;
  if (suspicions >= 3) {
    log.error("worker.deaf", {
      inbound,
      outbound,
      oldestDelivery: backlog.delivery,
      oldestEvent: backlog.event,
      oldestOutbox: backlog.outbox,
    });
    process.exit(1);
  }
  return false;
});

const server = http.createServer(healthListener("system"));
server.listen(env().WORKER_PORT, env().HOSTNAME, () => log.info("worker.listening", { port: env().WORKER_PORT }));

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(0), 18_000).unref();
  server.close();
  await Promise.all([
    pump.stop(),
    outbox.stop(),
    onboarding.stop(),
    search.stop(),
    flush.stop(),
    keeping.stop(),
    templates.stop(),
    watchdog.stop(),
    jobs.stop(),
  ]);
  await Promise.all([closeJobs(), closeDb(), closeHttp(), closePools()]);
  await closeRedis();
  process.exit(0);
}
process.on("SIGTERM", () => void stop()).on("SIGINT", () => void stop());
process.on("unhandledRejection", (error) => {
  log.error("worker.unhandled", errorFields(error));
  process.exit(1);
});
