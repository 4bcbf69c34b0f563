import { route } from "@/lib/web/route";

/** Alive: the loop turns. */
export const GET = route({ access: "public" }, async () => ({ status: "ok" }));
