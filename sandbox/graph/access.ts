/** Who calls Graph, and what that opens. */
import { createHmac } from "node:crypto";
import { refusalOf } from "../accounts/tokens";
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import type { Token, World } from "../world";
import { GraphError } from "./errors";

/** The app itself, our own system user, or a token of one customer. */
export type Access = { kind: "app" } | { kind: "system_user"; token: Token } | { kind: "business"; token: Token };

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
  const { app } = ctx.world;
  if (token === undefined) {
    throw new GraphError(190, undefined, { message: "An access token is required to request this resource." });
  }
  if (token === `${app.id}|${app.secret}`) {
    checkProof(ctx, token, proof, false);
    return { kind: "app" };
  }
  const known = ctx.world.tokens.get(token);
  if (!known) throw new GraphError(190, undefined, { message: "Invalid OAuth access token - Cannot parse access token" });
  const refusal = refusalOf(known, app.id, ctx.now());
  if (refusal) throw new GraphError(190, undefined, refusal);
  checkProof(ctx, token, proof, compulsory);
  return { kind: known.kind, token: known };
}

/** @throws GraphError 100 when the proof is wrong, or missing where it is compulsory */
function checkProof(ctx: Context, token: string, proof: string | undefined, compulsory: boolean): void {
  if (proof === undefined) {
    if (!compulsory) return;
    throw new GraphError(100, undefined, { message: "API calls from the server require an appsecret_proof argument" });
  }
  if (proof !== createHmac("sha256", ctx.world.app.secret).update(token).digest("hex")) {
    throw new GraphError(100, undefined, { message: "Invalid appsecret_proof provided in the API argument" });
  }
}

/**
 * Another tenant's account does not exist for this token. Our system user may read what is shared with us, no more.
 * @param method of the call
 */
export function sees(world: World, access: Access, wabaId: string, method: string): boolean {
  if (access.kind === "app" || world.wabas.get(wabaId)?.shared !== true) return false;
  return access.kind === "business" ? access.token.wabas.includes(wabaId) : method === "GET";
}

/** The token of a request: `Authorization: Bearer`, or the parameter. */
export function tokenOf(authorization: string | undefined, fields: JsonObject): string | undefined {
  const bearer = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(authorization ?? "")?.[1];
  return bearer ?? asText(fields.access_token);
}
