/** GET or POST /oauth/access_token: the code of a signup becomes a business token, once and within 30 s. */
import { CODE_LIFE_MS, type SignupCode } from "../accounts/model";
import { newBusinessToken } from "../accounts/tokens";
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import { GraphError } from "./errors";
import { recorded } from "./record";
import type { GraphCall } from "./router";

/**
 * Exchanges a code; the only call of Graph that needs no token.
 * @throws GraphError 101 wrong app, 100 wrong secret, 100/36009 used, 100/36007 expired, 100/36008 a redirect_uri
 */
export async function exchange(ctx: Context, call: GraphCall): Promise<JsonObject> {
  const code = ctx.world.codes.get(asText(call.fields.code) ?? "");
  const wabaId = code?.wabas[0];
  const about = { effect: "exchange", ...(wabaId === undefined ? {} : { wabaId }) };
  return recorded(ctx, call, about, () => exchanged(ctx, call, code));
}

function exchanged(ctx: Context, { fields }: GraphCall, code: SignupCode | undefined): JsonObject {
  const { app } = ctx.world;
  if (asText(fields.client_id) !== app.id)
    throw refused(101, "Error validating application. Cannot get application info due to a system error.");
  if (asText(fields.client_secret) !== app.secret) throw refused(100, "Error validating client secret.");
  if (asText(fields.grant_type) === "client_credentials") {
    return { access_token: `${app.id}|${app.secret}`, token_type: "bearer" };
  }
  if (asText(fields.code) === undefined) throw refused(100, "Missing authorization code");
  if (!code) throw refused(100, "Invalid verification code format.");
  if (asText(fields.redirect_uri) !== undefined) {
    const words =
      "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request";
    throw refused(100, words, 36008);
  }
  if (code.used) throw refused(100, "This authorization code has been used.", 36009);
  if (ctx.now() - code.createdAt > CODE_LIFE_MS) throw refused(100, "This authorization code has expired.", 36007);
  code.used = true;
  return tokenAnswer(grantToken(ctx, code), code.tokenDays);
}

/** Makes the token a code stands for. */
export function grantToken(ctx: Context, code: SignupCode): string {
  const { businessId, wabas, scopes, tokenDays: days } = code;
  const token = newBusinessToken({ businessId, wabas, scopes, days }, ctx.now());
  ctx.world.tokens.set(token.token, token);
  return token.token;
}

const tokenAnswer = (token: string, days: number): JsonObject => ({
  access_token: token,
  token_type: "bearer",
  ...(days > 0 ? { expires_in: days * 86_400 } : {}),
});

const refused = (code: number, message: string, subcode?: number): GraphError =>
  new GraphError(code, undefined, { message, ...(subcode === undefined ? {} : { subcode }) });
