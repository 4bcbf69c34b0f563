/** In whose name Meta is asked: the platform's app, or the customer's own; and where that one's webhooks belong. */
import { META_PATHS } from "@/lib/kernel/addresses";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { Secret } from "@/lib/kernel/secret";
import { isAppTaken, keepOwnApp, lockOwnApp, OWN_PATH, type OwnApp } from "@/lib/onboarding/own-app";
import { ensureEndpoint } from "@/lib/onboarding/own-endpoint";
import { audit } from "@/lib/platform/audit";
import { env } from "@/lib/platform/env";
import { inTenantSql } from "@/lib/platform/sql";
import { accountsOf, metaAccounts } from "@/lib/providers/meta/accounts";
import type { AccountAdmin, Callback } from "@/lib/providers/ports";

export interface Speaker {
  accounts: AccountAdmin;
  /** Where webhooks are sent when they have to be sent right. */
  callback: Callback;
  /** Every address that is right. */
  ours: readonly string[];
  own: boolean;
}

const publicAddress = (path: string) => new URL(path, env().WEBHOOK_PUBLIC_URL).toString();
export const addressOf = (app: Pick<OwnApp, "endpointKey">): string => publicAddress(OWN_PATH + app.endpointKey);

export function platformSpeaker(): Speaker {
  const ours = META_PATHS.map(publicAddress);
  const callback = { address: publicAddress(META_PATHS[0]), verifyToken: env().META_WEBHOOK_VERIFY_TOKEN };
  return { accounts: metaAccounts, callback, ours, own: false };
}

/** Before Meta has confirmed an app it has no address: its `callback` leads nowhere and is not used. */
export const untriedSpeaker = ({ id, secret }: { id: string; secret: string }): Speaker => ({
  accounts: accountsOf(() => ({ id, secret: new Secret(secret) })),
  callback: { address: "", verifyToken: "" },
  ours: [],
  own: true,
});

function ownSpeaker(app: OwnApp): Speaker {
  const address = addressOf(app);
  const accounts = accountsOf(() => ({ id: app.appId, secret: app.secret }));
  return { accounts, callback: { address, verifyToken: app.verifyToken }, ours: [address], own: true };
}

/** The speaker for a number that is connected. @param appId of the customer's own app; null for the platform's */
export async function speakerOf(ctx: Ctx, appId: string | null): Promise<Speaker> {
  if (appId === null) return platformSpeaker();
  return ownSpeaker(await inTenantSql(ctx, (sql) => lockOwnApp(sql, appId)));
}

const ACTION = { new: "own_app.kept", secret: "own_app.rotated" } as const;

/**
 * Makes an app that Meta has confirmed the organisation's own, with an address that answers; done twice it changes nothing.
 * @throws AppError `conflict` `app_taken` when it is another organisation's
 */
export async function ownSpeakerFor(ctx: Ctx, given: { id: string; secret: string }): Promise<Speaker> {
  const app = await inTenantSql(ctx, async (sql) => {
    const { app, changed } = await keepOwnApp(sql, given);
    if (changed !== "nothing") {
      const detail = { app: app.appId, ...(changed === "secret" ? { what: "secret" } : {}) };
      await audit(sql, [{ action: ACTION[changed], subject: "own_app", subjectId: app.id, detail }]);
    }
    return app;
  }).catch((error) => {
    throw isAppTaken(error) ? new AppError("conflict", "app_taken") : error;
  });
  await ensureEndpoint(ctx.orgId, app);
  return ownSpeaker(app);
}
