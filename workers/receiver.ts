/** The receiver: the widest unauthenticated surface, so the smallest program. Takes webhooks, nothing else. */
import http from "node:http";
import { EnvError, env, startEnv } from "@/lib/platform/env";
import { errorFields, log } from "@/lib/platform/log";
import { registry } from "@/lib/platform/metrics";
import { closePools, poolOf } from "@/lib/platform/pool";
import { webhookListener } from "@/lib/webhooks/intake";

try {
  startEnv("receiver");
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}

const server = http.createServer(
  webhookListener(async (req, res) => {
    const reply = (status: number, type: string, body: string) => {
      res.writeHead(status, { "content-type": type });
      res.end(body);
    };
    if (req.url === "/health") return reply(200, "application/json", '{"status":"ok"}');
    if (req.url === "/health/ready") {
      const ready = await poolOf("ingest")
        .query("select 1")
        .then(
          () => true,
          () => false,
        );
      return reply(ready ? 200 : 503, "application/json", JSON.stringify({ status: ready ? "ok" : "unready" }));
    }
    const token = env().METRICS_TOKEN;
    if (req.url === "/metrics" && token && req.headers.authorization === `Bearer ${token}`) {
      return reply(200, registry.contentType, await registry.metrics());
    }
    return reply(404, "text/plain", "");
  }),
);
server.keepAliveTimeout = 65_000;
server.requestTimeout = 15_000;
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
