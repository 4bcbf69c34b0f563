/** Who calls Graph, and what that opens. */
import { createHmac } from "node:crypto";
import { refusalOf } from "../accounts/tokens";
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import type { OtherApp, Token, World } from "../world";
import { GraphError } from "./errors";

/** The app itself, our own system user, or a token of one customer. */
export type Access = { kind: "app"; app: OtherApp } | { kind: "system_user"; token: Token } | { kind: "business"; token: Token };

/**
 * Recognises the caller, and checks `appsecret_proof` wherever one is given.
 * @param compulsory whether the proof must be given; links to files never ask for it
 * @throws GraphError 190 without a good token, 100 for a wrong or missing proof
 */
export function authenticate(
  ctx: Context,
  token: string | undefined,
  proof?: string,
  compulsory = ctx.tune.requireProof,
): Access {
  const apps: OtherApp[] = [ctx.world.app, ...ctx.world.otherApps.values()];
  if (token === undefined) {
    throw new GraphError(190, undefined, { message: "An access token is required to request this resource." });
  }
  const itself = apps.find((app) => token === `${app.id}|${app.secret}`);
  if (itself) {
    checkProof(itself, token, proof, false);
    return { kind: "app", app: itself };
  }
  const known = ctx.world.tokens.get(token);
  if (!known) throw new GraphError(190, undefined, { message: "Invalid OAuth access token - Cannot parse access token" });
  const refusal = refusalOf(known, ctx.world.appOf(known).id, ctx.now());
  if (refusal) throw new GraphError(190, undefined, refusal);
  checkProof(ctx.world.appOf(known), token, proof, compulsory);
  return { kind: known.kind, token: known };
}

/** @throws GraphError 100 when the proof is wrong, or missing where it is compulsory */
function checkProof(app: OtherApp, token: string, proof: string | undefined, compulsory: boolean): void {
  if (proof === undefined) {
    if (!compulsory) return;
    throw new GraphError(100, undefined, { message: "API calls from the server require an appsecret_proof argument" });
  }
  if (proof !== createHmac("sha256", app.secret).update(token).digest("hex")) {
    throw new GraphError(100, undefined, { message: "Invalid appsecret_proof provided in the API argument" });
  }
}

/**
 * Another tenant's account does not exist for this token. Our system user may read what is shared with us, no more.
 * @param method of the call
 */
export function sees(world: World, access: Access, wabaId: string, method: string): boolean {
  const waba = world.wabas.get(wabaId);
  if (access.kind === "app" || !waba) return false;
  // what a customer does with an app of its own is no business of our portfolio
  if (access.token.appId !== undefined) return access.token.wabas.includes(wabaId);
  if (!waba.shared) return false;
  return access.kind === "business" ? access.token.wabas.includes(wabaId) : method === "GET";
}

/** The token of a request: `Authorization: Bearer`, or the parameter. */
export function tokenOf(authorization: string | undefined, fields: JsonObject): string | undefined {
  const bearer = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(authorization ?? "")?.[1];
  return bearer ?? asText(fields.access_token);
}

/** The customer's own app a caller speaks for; undefined for ours. */
export function otherAppOf(world: World, access: Access): string | undefined {
  const id = access.kind === "app" ? access.app.id : access.token.appId;
  return id === world.app.id ? undefined : id;
}
