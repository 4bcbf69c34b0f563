import { liveHub } from "@/lib/web/live-hub";
import { route } from "@/lib/web/route";

export const dynamic = "force-dynamic";

export const GET = route(
  { access: "session", rate: { name: "live", points: 120, seconds: 60 } },
  async (_ctx, { visitor, request }) =>
    visitor ? liveHub().open(visitor, request.signal, request.headers.get("last-event-id")) : undefined,
);
