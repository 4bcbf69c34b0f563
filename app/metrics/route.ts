import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { registry } from "@/lib/platform/metrics";
import { route } from "@/lib/web/route";

/** Prometheus metrics of this process, for whoever holds METRICS_TOKEN. */
export const GET = route({ access: "public" }, async (_ctx, { request }) => {
  const token = env().METRICS_TOKEN;
  if (!token || request.headers.get("authorization") !== `Bearer ${token}`) throw new AppError("not_found", "address");
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
});
