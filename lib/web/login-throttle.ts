/** Slows guessing down, per account. Redis counts across processes; without it each process counts for itself. */
import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { producerRedis } from "@/lib/platform/redis";

/** Failures of one account within the window before it has to wait. */
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
const keyOf = (email: string) =>
  createHmac("sha256", env().NEXTAUTH_SECRET).update(email.trim().toLowerCase()).digest("base64url");

/** @throws AppError `limit` `too_many_attempts` with the seconds to wait */
export async function refuseIfThrottled(email: string): Promise<void> {
  const state = await theLimiter().get(keyOf(email));
  if (state && state.consumedPoints >= POINTS) {
    throw new AppError("limit", "too_many_attempts", { retryAfter: Math.ceil(state.msBeforeNext / 1000) });
  }
}
export async function countFailure(email: string): Promise<void> {
  await theLimiter()
    .consume(keyOf(email))
    .catch((error) => {
      if (!(error instanceof RateLimiterRes)) throw error;
    });
}
export async function clearFailures(email: string): Promise<void> {
  await theLimiter()
    .delete(keyOf(email))
    .catch(() => {});
}
