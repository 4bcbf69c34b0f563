/** The Graph API: who calls, which object, which edge. */
import type { Context } from "../context";
import type { FilePart } from "../http";
import { asText, type JsonObject } from "../json";
import { findMedia } from "../media";
import type { Phone, Waba } from "../world";
import { type Access, authenticate, otherAppOf, sees } from "./access";
import { getApp, subscriptions } from "./app";
import { syncAppData } from "./coexistence";
import { getDebugToken } from "./debug-token";
import { unknownObject } from "./errors";
import { getMedia, removeMedia, uploadMedia } from "./media";
import { postMessage, type Reply } from "./messages";
import { getPhone, setPhone } from "./phone";
import { answerPortfolio } from "./portfolio";
import { recorded } from "./record";
import { deregister, register, requestCode, verifyCode } from "./register";
import { getPhoneNumbers, getTemplates, getWaba, subscribedApps } from "./waba";

export interface GraphCall {
  method: string;
  /** Path without the version, split: ["3001…", "messages"]. */
  path: string[];
  query: URLSearchParams;
  /** Query and body fields together, as the real Graph merges them. */
  fields: JsonObject;
  files: FilePart[];
  token: string | undefined;
  /** Absolute address without query, for paging links. */
  here: URL;
  /** The customer's own app that calls; none for ours. */
  otherApp?: string;
}

/**
 * Answers one call.
 * @throws GraphError for every refusal
 */
export async function answerGraph(ctx: Context, asked: GraphCall): Promise<Reply> {
  const access = authenticate(ctx, asked.token, asText(asked.fields.appsecret_proof));
  const otherApp = otherAppOf(ctx.world, access);
  const call: GraphCall = otherApp === undefined ? asked : { ...asked, otherApp };
  const [id = "", edge, ...rest] = call.path;
  if (rest.length > 0) throw unknownObject(call.method, call.path.join("/"));
  if (id === "debug_token" && call.method === "GET") return ok(getDebugToken(ctx, access, call));
  if (id === ctx.world.app.id && access.kind === "app") {
    if (call.method === "GET" && edge === undefined) return ok(getApp(ctx));
    if (edge === "subscriptions") return ok(await subscriptions(ctx, call));
  }
  // an app of a customer's own has no callback of its own here
  if (id === otherApp && access.kind === "app" && call.method === "GET" && edge === "subscriptions") return ok({ data: [] });
  const waba = ctx.world.wabas.get(id);
  if (waba && sees(ctx.world, access, waba.id, call.method)) {
    const answer = await answerWaba(ctx, waba, call, edge ?? "");
    if (answer) return ok(answer);
  }
  const phone = ctx.world.phones.get(id);
  if (phone && sees(ctx.world, access, phone.wabaId, call.method)) {
    if (call.method === "POST" && edge === "messages") return postMessage(ctx, phone, call.fields);
    const answer = await answerNumber(ctx, phone, call, edge ?? "");
    if (answer) return ok(answer);
  }
  const portfolio = await answerPortfolio(ctx, access, call);
  if (portfolio) return ok(portfolio);
  const media = answerMedia(ctx, access, call);
  if (media) return ok(media);
  throw unknownObject(call.method, id);
}

const ok = (body: JsonObject): Reply => ({ do: "answer", status: 200, body });

async function answerWaba(ctx: Context, waba: Waba, call: GraphCall, edge: string): Promise<JsonObject | undefined> {
  switch (`${call.method} ${edge}`) {
    case "GET ":
      return getWaba(ctx, waba, call);
    case "GET message_templates":
      return getTemplates(waba, call);
    case "GET phone_numbers":
      return getPhoneNumbers(ctx, waba, call);
    case "GET subscribed_apps":
      return subscribedApps(ctx, waba, call);
    case "POST subscribed_apps":
    case "DELETE subscribed_apps": {
      const override = asText(call.fields.override_callback_uri) !== undefined;
      const effect = call.method === "DELETE" ? "unsubscribe" : override ? "override" : "subscribe";
      return recorded(ctx, call, { effect, wabaId: waba.id }, () => subscribedApps(ctx, waba, call));
    }
    default:
      return undefined;
  }
}

/** Edges of a number that change it, and the name of what they do. */
const EFFECTS: { [edge: string]: { effect: string; run: (ctx: Context, phone: Phone, call: GraphCall) => JsonObject } } = {
  register: { effect: "register", run: register },
  deregister: { effect: "deregister", run: deregister },
  request_code: { effect: "request_code", run: requestCode },
  verify_code: { effect: "verify_code", run: verifyCode },
  smb_app_data: { effect: "sync", run: syncAppData },
};

async function answerNumber(ctx: Context, phone: Phone, call: GraphCall, edge: string): Promise<JsonObject | undefined> {
  const about = { wabaId: phone.wabaId, phoneNumberId: phone.id };
  if (call.method === "GET" && edge === "") return getPhone(ctx, phone, call);
  if (call.method !== "POST") return undefined;
  if (edge === "media") return uploadMedia(ctx, phone, call);
  if (edge === "") {
    const effect = call.fields.pin === undefined ? "callback" : "pin";
    return recorded(ctx, call, { ...about, effect }, () => setPhone(ctx, phone, call));
  }
  const known = EFFECTS[edge];
  if (!known) return undefined;
  const effect = edge === "smb_app_data" ? `sync ${syncTypeOf(call)}` : known.effect;
  return recorded(ctx, call, { ...about, effect }, () => known.run(ctx, phone, call));
}

/** Only names we know reach the ledger. */
const syncTypeOf = ({ fields }: GraphCall): string =>
  ["smb_app_state_sync", "history"].find((type) => type === fields.sync_type) ?? "unknown";

function answerMedia(ctx: Context, access: Access, call: GraphCall): JsonObject | undefined {
  const media = call.path[1] === undefined ? findMedia(ctx, call.path[0] ?? "") : undefined;
  const owner = media && ctx.world.phones.get(media.phoneNumberId);
  if (!media || !owner || access.kind !== "business" || !sees(ctx.world, access, owner.wabaId, call.method)) return undefined;
  if (call.method === "GET") return getMedia(ctx, media, call);
  return call.method === "DELETE" ? removeMedia(ctx, media, call) : undefined;
}
