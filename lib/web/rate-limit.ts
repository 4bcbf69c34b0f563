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

const refusal = ({ msBeforeNext }: RateLimiterRes) =>
  new AppError("limit", "too_many_attempts", { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)) });

/**
 * Counts one attempt before it is made, so that many at once count too.
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait
 */
export const countAttempt = (rate: Rate, who: string): Promise<void> => consume(rate, who);

async function consume(rate: Rate, who: string, customDuration?: number): Promise<void> {
  try {
    await limiterOf(rate).consume(keyOf(who), 1, customDuration === undefined ? {} : { customDuration });
  } catch (error) {
    throw error instanceof RateLimiterRes ? refusal(error) : error;
  }
}

/** Takes back one counted attempt, which turned out not to be of the kind that counts. What nobody counts any more is not kept. */
export async function takeBack(rate: Rate, who: string): Promise<void> {
  try {
    const { consumedPoints } = await limiterOf(rate).reward(keyOf(who));
    if (consumedPoints <= 0) await limiterOf(rate).delete(keyOf(who));
  } catch {
    // a count too many is forgotten with its window
  }
}

/** Forgets what was counted: a right password forgives the wrong ones before it. */
export async function forgiveAttempts(rate: Rate, who: string): Promise<void> {
  await limiterOf(rate)
    .delete(keyOf(who))
    .catch(() => {});
}

/** Attempts beyond the free ones have to wait for each other: one second, then twice as long each time. */
export interface GrowingDelay {
  name: string;
  /** Attempts that need not wait. */
  free: number;
  /** Longest wait, in seconds. */
  longest: number;
  /** How long attempts are remembered from the first on, in seconds. */
  remembered: number;
}
const countOf = ({ name, remembered }: GrowingDelay): Rate => ({
  name,
  points: Number.MAX_SAFE_INTEGER,
  seconds: remembered,
});
/** A gate that lets one through and then shuts for as long as that one's number says. */
const gateOf = ({ name, longest }: GrowingDelay): Rate => ({ name: `${name}.gate`, points: 1, seconds: longest });

/** Seconds to wait after the n-th attempt. */
export const delayAfter = ({ free, longest }: GrowingDelay, n: number): number =>
  n <= free ? 0 : Math.min(longest, 2 ** (n - free - 1));

/**
 * Counts one attempt before it is made, unless it comes too soon after the one before it.
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait
 */
export async function countDelayed(delay: GrowingDelay, who: string): Promise<void> {
  const shut = await limiterOf(gateOf(delay)).get(keyOf(who));
  if (shut) throw refusal(shut);
  const { consumedPoints } = await limiterOf(countOf(delay)).penalty(keyOf(who));
  const wait = delayAfter(delay, consumedPoints);
  if (wait === 0) return;
  try {
    await consume(gateOf(delay), who, wait);
  } catch (error) {
    // another came through the gate first
    await takeBack(countOf(delay), who);
    throw error;
  }
}

/** Takes back one attempt. The gate keeps its time: whoever came through it was slow enough. */
export const takeBackDelayed = (delay: GrowingDelay, who: string): Promise<void> => takeBack(countOf(delay), who);

/** Forgets all attempts, and opens the gate. */
export async function forgiveDelayed(delay: GrowingDelay, who: string): Promise<void> {
  await Promise.all([forgiveAttempts(countOf(delay), who), forgiveAttempts(gateOf(delay), who)]);
}
