/** A business portfolio: its accounts, and the way to a customer's token without a code. */
import { BUSINESS_SCOPES, type Portfolio } from "../accounts/model";
import { newBusinessToken, refusalOf } from "../accounts/tokens";
import type { Context } from "../context";
import { asArray, asObject, asText, isObject, type JsonObject, tryJson } from "../json";
import type { Waba } from "../world";
import type { Access } from "./access";
import { GraphError, unknownObject } from "./errors";
import { page, pick, WABA_DEFAULTS, wabaFields } from "./objects";
import { recorded } from "./record";
import type { GraphCall } from "./router";

/**
 * Answers the calls on a portfolio.
 * @returns undefined when this is none the caller can see
 */
export async function answerPortfolio(ctx: Context, access: Access, call: GraphCall): Promise<JsonObject | undefined> {
  const [id = "", edge = ""] = call.path;
  const portfolio = ctx.world.portfolios.get(id);
  if (!portfolio || access.kind === "app") return undefined;
  const { partnerId } = ctx.world;
  const system = access.kind === "system_user";
  switch (`${call.method} ${edge}`) {
    case "GET ":
      return system || access.token.businessId === id ? shown(portfolio, call) : undefined;
    case "GET client_whatsapp_business_accounts":
      return system && id === partnerId ? list(ctx, call, (waba) => waba.businessId !== partnerId && waba.shared) : undefined;
    case "GET owned_whatsapp_business_accounts":
      if (system) return id === partnerId ? list(ctx, call, (waba) => waba.businessId === partnerId) : undefined;
      if (access.token.businessId !== id) return undefined;
      return list(ctx, call, (waba) => waba.businessId === id && waba.shared && access.token.wabas.includes(waba.id));
    case "POST system_user_access_tokens":
      return system ? recorded(ctx, call, { effect: "fetch_token" }, () => fetchToken(ctx, portfolio, call)) : undefined;
    default:
      return undefined;
  }
}

const shown = ({ id, name, verification }: Portfolio, call: GraphCall): JsonObject =>
  pick({ id, name, verification_status: verification }, call.query.get("fields"), ["id", "name"]);

/** Accounts, newest first, by `filtering` on creation_time, a page at a time. */
function list(ctx: Context, call: GraphCall, wanted: (waba: Waba) => boolean): JsonObject {
  const found = [...ctx.world.wabas.values()].filter(wanted).sort((one, two) => two.sharedAt - one.sharedAt);
  const raw = call.fields.filtering;
  const filters = asArray(typeof raw === "string" ? tryJson(raw) : raw).filter(isObject);
  const kept = found.filter((waba) => filters.every((filter) => passes(waba, filter)));
  return page(
    kept.map((waba) => pick(wabaFields(ctx.world, waba), call.query.get("fields"), WABA_DEFAULTS)),
    call.query,
    call.here,
  );
}

function passes(waba: Waba, filter: JsonObject): boolean {
  const { field, operator, value } = asObject(filter);
  if (field !== "creation_time") throw new GraphError(100, undefined, { message: "(#100) Filtering field is not supported" });
  const [at, limit] = [Math.floor(waba.sharedAt / 1000), Number(value)];
  if (operator === "GREATER_THAN") return at > limit;
  if (operator === "LESS_THAN") return at < limit;
  throw new GraphError(100, undefined, { message: "(#100) Filtering operator is not supported" });
}

/**
 * The customer's business token, for our system user: the one there is, or a fresh one while the app is installed.
 * @throws GraphError 100 without proof or fetch_only, 100/33 when the portfolio never granted the app
 */
function fetchToken(ctx: Context, portfolio: Portfolio, call: GraphCall): JsonObject {
  if (asText(call.fields.appsecret_proof) === undefined) {
    throw new GraphError(100, undefined, { message: "API calls from the server require an appsecret_proof argument" });
  }
  if (String(call.fields.fetch_only) !== "true") {
    throw new GraphError(100, undefined, { message: "(#100) Only fetch_only=true is supported for a client business" });
  }
  const { world } = ctx;
  const shared = [...world.wabas.values()].filter((waba) => waba.businessId === portfolio.id && waba.shared);
  if (!portfolio.installed || shared.length === 0) throw unknownObject("POST", portfolio.id);
  const known = world.tokensOf(portfolio.id).find((one) => refusalOf(one, world.app.id, ctx.now()) === undefined);
  if (known) {
    for (const waba of shared) if (!known.wabas.includes(waba.id)) known.wabas.unshift(waba.id);
    return { access_token: known.token };
  }
  const wabas = shared.sort((one, two) => two.sharedAt - one.sharedAt).map((waba) => waba.id);
  const days = ctx.tune.tokenDays;
  const made = newBusinessToken({ businessId: portfolio.id, wabas, scopes: [...BUSINESS_SCOPES], days }, ctx.now());
  world.tokens.set(made.token, made);
  return { access_token: made.token };
}
