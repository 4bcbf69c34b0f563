/** The Graph API: who calls, which object, which edge. */
import type { Context } from "../context";
import type { FilePart } from "../http";
import type { JsonObject } from "../json";
import { asText } from "../json";
import { findMedia } from "../media";
import { getApp, getDebugToken, subscriptions } from "./app";
import { GraphError, unknownObject } from "./errors";
import { getMedia, removeMedia, uploadMedia } from "./media";
import { postMessage, type Reply } from "./messages";
import { getPhone, setPhone } from "./phone";
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
}

/** What the token opens: the app's own endpoints, or some accounts. */
export type Access = { kind: "app" } | { kind: "business"; wabas: Set<string> };

/**
 * Answers one call.
 * @throws GraphError for every refusal
 */
export async function answerGraph(ctx: Context, call: GraphCall): Promise<Reply> {
  const access = authenticate(ctx, call.token);
  const [id = "", edge, ...rest] = call.path;
  const key = `${call.method} ${edge ?? ""}`;
  if (rest.length > 0) throw unknownObject(call.method, call.path.join("/"));
  if (id === "debug_token" && call.method === "GET") return ok(getDebugToken(ctx, access, call));
  if (id === ctx.world.app.id && access.kind === "app") {
    if (key === "GET ") return ok(getApp(ctx));
    if (edge === "subscriptions") return ok(await subscriptions(ctx, call));
  }
  const waba = ctx.world.wabas.get(id);
  if (waba && sees(access, waba.id)) {
    if (key === "GET ") return ok(getWaba(waba, call));
    if (key === "GET message_templates") return ok(getTemplates(waba, call));
    if (key === "GET phone_numbers") return ok(getPhoneNumbers(ctx, waba, call));
    if (edge === "subscribed_apps") return ok(await subscribedApps(ctx, waba, call));
  }
  const phone = ctx.world.phones.get(id);
  if (phone && sees(access, phone.wabaId)) {
    if (key === "POST messages") return postMessage(ctx, phone, call.fields);
    if (key === "GET ") return ok(getPhone(ctx, phone, call));
    if (key === "POST ") return ok(await setPhone(ctx, phone, call));
    if (key === "POST media") return ok(uploadMedia(ctx, phone, call));
    if (key === "POST register" || key === "POST deregister") return ok({ success: true });
  }
  const media = edge === undefined ? findMedia(ctx, id) : undefined;
  const owner = media && ctx.world.phones.get(media.phoneNumberId);
  if (media && owner && sees(access, owner.wabaId)) {
    if (call.method === "GET") return ok(getMedia(ctx, media, call));
    if (call.method === "DELETE") return ok(removeMedia(ctx, media, call));
  }
  throw unknownObject(call.method, id);
}

const ok = (body: JsonObject): Reply => ({ do: "answer", status: 200, body });

/** Another tenant's object does not exist for this token. */
const sees = (access: Access, wabaId: string): boolean => access.kind === "business" && access.wabas.has(wabaId);

/** @throws GraphError 190 without a token, or with one nobody issued */
export function authenticate(ctx: Context, token: string | undefined): Access {
  const { app } = ctx.world;
  if (token === undefined) {
    throw new GraphError(190, undefined, { message: "An access token is required to request this resource." });
  }
  if (token === `${app.id}|${app.secret}`) return { kind: "app" };
  const wabas = ctx.world.grantsOf(token);
  if (!wabas) throw new GraphError(190, undefined, { message: "Invalid OAuth access token - Cannot parse access token" });
  return { kind: "business", wabas };
}

/** The token of a request: `Authorization: Bearer`, or the parameter. */
export function tokenOf(authorization: string | undefined, fields: JsonObject): string | undefined {
  const bearer = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(authorization ?? "")?.[1];
  return bearer ?? asText(fields.access_token);
}
