/** Health and metrics of a process without pages: `/health` says the loop turns, `/health/ready` that Postgres answers. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "@/lib/platform/env";
import { registry } from "@/lib/platform/metrics";
import { type DbRole, poolOf } from "@/lib/platform/pool";

const digest = (v: string) => createHash("sha256").update(v).digest();

/** Whether an `Authorization` header holds METRICS_TOKEN; without such a token nobody may read metrics. */
export function mayReadMetrics(authorization: string | null | undefined): boolean {
  const token = env().METRICS_TOKEN;
  return Boolean(token) && timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}

/** Whether Postgres answers as this role. */
export const answersAs = (role: DbRole) =>
  poolOf(role)
    .query("select 1")
    .then(
      () => true,
      () => false,
    );

/** Request listener for the addresses above and `/metrics`; everything else is 404. */
export const healthListener = (role: DbRole) => async (req: IncomingMessage, res: ServerResponse) => {
  const reply = (status: number, type: string, body: string) => {
    res.writeHead(status, { "content-type": type });
    res.end(body);
  };
  if (req.url === "/health") return reply(200, "application/json", '{"status":"ok"}');
  if (req.url === "/health/ready") {
    const ready = await answersAs(role);
    return reply(ready ? 200 : 503, "application/json", JSON.stringify({ status: ready ? "ok" : "unready" }));
  }
  if (req.url === "/metrics" && mayReadMetrics(req.headers.authorization)) {
    return reply(200, registry.contentType, await registry.metrics());
  }
  return reply(404, "text/plain", "");
};
