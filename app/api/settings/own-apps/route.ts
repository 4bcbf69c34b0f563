import { getOwnApps, RemoveOwnApp, RotateOwnApp, removeOwnApp, rotateOwnApp } from "@/lib/onboarding";
import { route } from "@/lib/web/route";

export const GET = route({ access: "numbers.connect" }, (ctx) => getOwnApps(ctx));
export const POST = route(
  {
    access: "numbers.connect",
    rate: { name: "own_apps.rotate", points: 20, seconds: 600, per: "organisation" },
    body: RotateOwnApp,
  },
  (ctx, { body }) => rotateOwnApp(ctx, body),
);
export const DELETE = route({ access: "numbers.connect", body: RemoveOwnApp }, (ctx, { body }) => removeOwnApp(ctx, body));
