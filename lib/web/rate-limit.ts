/** Counts attempts in windows of time. Redis counts across processes; without it each process counts for itself. */
import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { producerRedis } from "@/lib/platform/redis";

export interface Rate {
  /** What is counted; names the counter. */
  name: string;
  /** Attempts allowed within the window. */
  points: number;
  /** Length of the window. */
  seconds: number;
}

const limiters = new Map<string, RateLimiterRedis>();
function limiterOf({ name, points, seconds }: Rate): RateLimiterRedis {
  let limiter = limiters.get(name);
  if (!limiter) {
    const insuranceLimiter = new RateLimiterMemory({ points, duration: seconds });
    limiter = new RateLimiterRedis({
      storeClient: producerRedis(),
      keyPrefix: `parley:rate:${name}`,
      points,
      duration: seconds,
      insuranceLimiter,
    });
    limiters.set(name, limiter);
  }
  return limiter;
}
// who it is never reaches Redis
const keyOf = (who: string) => createHmac("sha256", env().NEXTAUTH_SECRET).update(who).digest("base64url");

/**
 * Counts one attempt before it is made, so that many at once count too.
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait
 */
export async function countAttempt(rate: Rate, who: string): Promise<void> {
  try {
    await limiterOf(rate).consume(keyOf(who));
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new AppError("limit", "too_many_attempts", { retryAfter: Math.ceil(error.msBeforeNext / 1000) });
  }
}

/** Forgets what was counted: a right password forgives the wrong ones before it. */
export async function forgiveAttempts(rate: Rate, who: string): Promise<void> {
  await limiterOf(rate)
    .delete(keyOf(who))
    .catch(() => {});
}
