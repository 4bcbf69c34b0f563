/** Readiness of the web process. */
import { poolOf } from "@/lib/platform/pool";
import { producerRedis } from "@/lib/platform/redis";

export async function isReady(): Promise<{ status: "ok" | "degraded" | "unready"; postgres: boolean; redis: boolean }> {
  const answers = (work: Promise<unknown>) =>
    work.then(
      () => true,
      () => false,
    );
  const [postgres, redis] = await Promise.all([answers(poolOf("app").query("select 1")), answers(producerRedis().ping())]);
  return { status: !postgres ? "unready" : redis ? "ok" : "degraded", postgres, redis };
}
