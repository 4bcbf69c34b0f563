/** Jobs over BullMQ: a ring says only that a row is waiting. Payloads hold ids; a lost ring is the sweep's work. */
import { Queue, Worker } from "bullmq";
import type { z } from "zod";
import { AppError } from "@/lib/kernel/errors";
import { seconds } from "@/lib/kernel/time";
import { errorFields, log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";
import { producerRedis, workerRedis } from "@/lib/platform/redis";

const QUEUE = "parley";
/** Longest a ring may hold its caller up, in milliseconds. */
const RING_PATIENCE = 500;

export interface JobDefinition<P> {
  name: string;
  payload: z.ZodType<P>;
}

/** Declares a job a room may ring. The payload schema admits ids only. */
export const defineJob = <P>(definition: JobDefinition<P>): JobDefinition<P> => definition;

let queue: Queue | undefined;
function theQueue(): Queue {
  if (queue) return queue;
  queue = new Queue(QUEUE, {
    connection: producerRedis(),
    defaultJobOptions: {
      attempts: 5,
      backoff: { type: "exponential", delay: seconds(1) },
      removeOnComplete: true,
      removeOnFail: { age: 3600, count: 1000 },
    },
  });
  queue.on("error", () => {}); // the connection's own handler has said it
  return queue;
}

/**
 * Rings a job after the commit. Never throws and never waits long: without Redis the sweep finds the row.
 * @param delayMs not before this many milliseconds from now
 */
export async function ring<P extends object>(job: JobDefinition<P>, payload: P, delayMs = 0): Promise<void> {
  try {
    // BullMQ waits for a connection that may never come; a ring does not
    if (producerRedis().status !== "ready") return;
    await Promise.race([
      theQueue().add(job.name, payload, { delay: delayMs }),
      new Promise((resolve) => setTimeout(resolve, RING_PATIENCE).unref()),
    ]);
  } catch (error) {
    log.warn("job.ring_lost", { job: job.name, ...errorFields(error) });
  }
}

/** One handler: what to do when a job rings. */
export interface Handler {
  name: string;
  run(payload: unknown): Promise<void>;
}
/** Binds a job to the verb that answers it; the payload is parsed first. */
export const handle = <P>(job: JobDefinition<P>, run: (payload: P) => Promise<unknown>): Handler => ({
  name: job.name,
  run: async (payload) => {
    await run(job.payload.parse(payload));
  },
});

const retryable = (error: unknown) => !(error instanceof AppError) || error.code === "unavailable";

/**
 * Starts answering rings. Unknown names are logged and dropped, so that a rollback cannot loop.
 * @returns a stop that finishes what runs
 */
export function startJobs(handlers: readonly Handler[], concurrency: number): { stop: () => Promise<void> } {
  const byName = new Map(handlers.map((h) => [h.name, h]));
  const worker = new Worker(
    QUEUE,
    async (job) => {
      const handler = byName.get(job.name);
      if (!handler) {
        counters.jobsDropped.inc();
        log.warn("job.unknown", { job: job.name });
        return;
      }
      try {
        await handler.run(job.data);
      } catch (error) {
        log.warn("job.failed", { job: job.name, attempt: job.attemptsMade, ...errorFields(error) });
        // what BullMQ keeps of a failure lies in Redis: a reason, never a message that may quote content
        if (retryable(error)) throw new Error(error instanceof AppError ? error.detail : "unforeseen");
      }
    },
    { connection: workerRedis(), concurrency, autorun: true },
  );
  worker.on("error", () => {});
  return { stop: () => worker.close() };
}

/** Closes the producer; for the end of a process or a test file. */
export async function closeJobs(): Promise<void> {
  await queue?.close().catch(() => {});
  queue = undefined;
}

/**
 * Runs `work` again and again with a pause, until stopped; an error is logged and does not end the loop.
 * `work` answers true when there may be more at once, and "done" when it need not be asked again.
 */
export function startSweep(
  name: string,
  everyMs: number,
  work: () => Promise<boolean | undefined | "done">,
): { stop: () => Promise<void>; nudge: () => void } {
  let stopped = false;
  let wake = () => {};
  let nudged = false;
  const loop = (async () => {
    while (!stopped) {
      nudged = false;
      const more = await work().catch((error) => {
        log.warn("sweep.failed", { sweep: name, ...errorFields(error) });
        return false;
      });
      if (more === "done") return;
      if (more || nudged || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop: () => {
      stopped = true;
      wake();
      return loop;
    },
    nudge: () => {
      nudged = true;
      wake();
    },
  };
}
