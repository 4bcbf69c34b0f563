import { countUnread } from "@/lib/inbox";
import { route } from "@/lib/web/route";

export const GET = route({ access: "inbox.read" }, (ctx) => countUnread(ctx));
