/** The receiver: the widest unauthenticated surface, so the smallest program. Takes webhooks, nothing else. */
import http from "node:http";
import { EnvError, env, startEnv } from "@/lib/platform/env";
import { healthListener } from "@/lib/platform/health";
import { errorFields, log } from "@/lib/platform/log";
import { closePools } from "@/lib/platform/pool";
import { WEBHOOK_SERVER, webhookListener } from "@/lib/webhooks/intake";

try {
  startEnv("receiver");
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}

const server = http.createServer(WEBHOOK_SERVER, webhookListener(healthListener("ingest")));
server.keepAliveTimeout = 65_000;
server.listen(env().RECEIVER_PORT, env().HOSTNAME, () => {
  const address = server.address();
  log.info("receiver.listening", { port: typeof address === "object" ? address?.port : undefined });
});

function stop() {
  server.close(() => void closePools().finally(() => process.exit(0)));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 18_000).unref();
}
process.on("SIGTERM", stop).on("SIGINT", stop);
process.on("unhandledRejection", (error) => {
  log.error("receiver.unhandled", errorFields(error));
  process.exit(1);
});
