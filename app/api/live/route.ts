import { liveHub } from "@/lib/web/live-hub";
import { route } from "@/lib/web/route";

export const dynamic = "force-dynamic";

export const GET = route({ access: "session" }, async (_ctx, { visitor, request }) =>
  visitor ? liveHub().open(visitor, request.signal, request.headers.get("last-event-id")) : undefined,
);
