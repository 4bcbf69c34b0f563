/** Readiness of the web process. */
import { answersAs } from "@/lib/platform/health";
import { producerRedis } from "@/lib/platform/redis";

export async function isReady(): Promise<{ status: "ok" | "degraded" | "unready"; postgres: boolean; redis: boolean }> {
  const ping = producerRedis()
    .ping()
    .then(
      () => true,
      () => false,
    );
  const [postgres, redis] = await Promise.all([answersAs("app"), ping]);
  return { status: !postgres ? "unready" : redis ? "ok" : "degraded", postgres, redis };
}
