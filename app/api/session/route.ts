import { route } from "@/lib/web/route";

/** Whether the session is still live: the cheapest signed-in answer. */
export const GET = route({ access: "session" }, async () => ({ ok: true }));
