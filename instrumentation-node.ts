/** The web process's start on Node: a bad environment ends it, every fault named. */
import { EnvError, startEnv } from "@/lib/platform/env";
import { warmRedis } from "@/lib/platform/redis";

try {
  startEnv("web");
  warmRedis();
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}
