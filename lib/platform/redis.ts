/** Redis connections. Redis is a doorbell: whatever hangs on it must work, slower, without it. */
import { Redis, type RedisOptions } from "ioredis";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

const open = new Set<Redis>();

function connect(name: string, options: RedisOptions): Redis {
  const redis = new Redis(env().REDIS_URL, {
    connectionName: `parley-${name}`,
    retryStrategy: (times) => Math.min(times * 200, 3000),
    ...options,
  });
  let away = false;
  redis.on("error", () => {
    if (!away) log.warn("redis.away", { connection: name });
    away = true;
  });
  redis.on("ready", () => {
    if (away) log.info("redis.back", { connection: name });
    away = false;
  });
  open.add(redis);
  return redis;
}

let producer: Redis | undefined;
/** For requests: fails at once while Redis is away, never queues. */
export const producerRedis = () =>
  (producer ??= connect("producer", {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1000,
    connectTimeout: 2000,
  }));

/** Opens the producer's connection ahead of its first use, since it never queues. */
export const warmRedis = () => void producerRedis();

/** For BullMQ workers: waits for ever. */
export const workerRedis = () => connect("worker", { maxRetriesPerRequest: null });

/** For subscriptions: a connection of its own that comes back by itself. */
export const subscriberRedis = () => connect("subscriber", { maxRetriesPerRequest: null, enableOfflineQueue: true });

/** Ends every connection; for the end of a process or a test file. */
export async function closeRedis(): Promise<void> {
  const all = [...open];
  open.clear();
  producer = undefined;
  for (const redis of all) redis.disconnect();
}
