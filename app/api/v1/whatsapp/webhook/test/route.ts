import { route } from "@/lib/web/route";
import { RehearsePartner, rehearsePartner } from "@/lib/webhooks";

/** On staging only: plays a partner event of one's own journey. Elsewhere there is no such address. */
export const POST = route(
  {
    access: "numbers.connect",
    onlyIn: "staging",
    rate: { name: "webhook-rehearsal", points: 20, seconds: 60, per: "organisation" },
    body: RehearsePartner,
  },
  (ctx, { body }) => rehearsePartner(ctx, body),
);
