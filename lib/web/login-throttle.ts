/** Slows guessing down, per account. Redis counts across processes; without it each process counts for itself. */
import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { normalEmail } from "@/lib/identity";
import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { producerRedis } from "@/lib/platform/redis";

/** Attempts on one account within the window before it has to wait. */
const POINTS = 10;
const WINDOW_SECONDS = 300;

let limiter: RateLimiterRedis | undefined;
const theLimiter = () =>
  (limiter ??= new RateLimiterRedis({
    storeClient: producerRedis(),
    keyPrefix: "parley:login",
    points: POINTS,
    duration: WINDOW_SECONDS,
    insuranceLimiter: new RateLimiterMemory({ points: POINTS, duration: WINDOW_SECONDS }),
  }));
// the address itself never reaches Redis
const keyOf = (email: string) => createHmac("sha256", env().NEXTAUTH_SECRET).update(normalEmail(email)).digest("base64url");

/**
 * Counts an attempt before it is made, so that many at once count too; a success gives all back.
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait
 */
export async function countAttempt(email: string): Promise<void> {
  try {
    await theLimiter().consume(keyOf(email));
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new AppError("limit", "too_many_attempts", { retryAfter: Math.ceil(error.msBeforeNext / 1000) });
  }
}
/** A right password forgets the wrong ones before it. */
export async function clearAttempts(email: string): Promise<void> {
  await theLimiter()
    .delete(keyOf(email))
    .catch(() => {});
}
