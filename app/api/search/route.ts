import { z } from "zod";
import { searchInbox } from "@/lib/inbox";
import { route } from "@/lib/web/route";

/** A read, sent as a body: what people look for must not stand in addresses, which logs and histories keep. */
export const POST = route(
  {
    access: "inbox.read",
    rate: { name: "search", points: 240, seconds: 60 },
    body: z.strictObject({ q: z.string().max(200), cursor: z.string().max(80).optional() }),
  },
  (ctx, { body }) => searchInbox(ctx, body),
);
