import { z } from "zod";
import { searchInbox } from "@/lib/inbox";
import { route } from "@/lib/web/route";

export const GET = route(
  {
    access: "inbox.read",
    rate: { name: "search", points: 240, seconds: 60 },
    query: z.strictObject({ q: z.string().max(200), cursor: z.string().max(80).optional() }),
  },
  (ctx, { query }) => searchInbox(ctx, query),
);
