import { AppError } from "@/lib/kernel/errors";
import { mayReadMetrics } from "@/lib/platform/health";
import { registry } from "@/lib/platform/metrics";
import { route } from "@/lib/web/route";

/** Prometheus metrics of this process, for whoever holds METRICS_TOKEN. */
export const GET = route({ access: "public" }, async (_ctx, { request }) => {
  if (!mayReadMetrics(request.headers.get("authorization"))) throw new AppError("not_found", "address");
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
});
