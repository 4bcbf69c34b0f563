import { isReady } from "@/lib/web/ready";
import { route } from "@/lib/web/route";

/** Ready: Postgres answers. Redis down is degraded, not unready. */
export const GET = route({ access: "public" }, async () => {
  const state = await isReady();
  return Response.json(state, { status: state.status === "unready" ? 503 : 200, headers: { "cache-control": "no-store" } });
});
