/** Runs once when the web process starts: a bad environment ends it, every fault named. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return; // house: Next's own switch between runtimes, not configuration
  const { EnvError, startEnv } = await import("@/lib/platform/env");
  try {
    startEnv("web");
    const { warmRedis } = await import("@/lib/platform/redis");
    warmRedis();
  } catch (error) {
    console.error(error instanceof EnvError ? error.message : error);
    process.exit(1);
  }
}
