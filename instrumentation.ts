/** Runs once when the web process starts. */
export async function register() {
  // house: Next's own switch between its runtimes, not configuration
  if (process.env.NEXT_RUNTIME === "nodejs") await import("./instrumentation-node");
}
