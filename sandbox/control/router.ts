/** The control API: what tests, the demo and the phone page ask of the outside world. JSON in, JSON out. */
import { type Context, SIGNUP_ORDERS, type Telling, type Tunables } from "../context";
import { ControlError } from "../control-error";
import { parseRule, SEND_KINDS, WEBHOOK_KINDS } from "../faults";
import { receiveInbound } from "../inbound";
import { asArray, asObject, asText, digitsOf, isObject, type JsonObject } from "../json";
import { parseTemplate } from "../templates";
import { readConversation } from "../timeline";
import { changeFlags } from "../unleash";
import { ACCOUNT_CALLS } from "./accounts";
import { sendRawWebhook } from "./raw-webhook";

export interface ControlCall {
  method: string;
  /** Path after /_control/. */
  name: string;
  query: URLSearchParams;
  body: unknown;
}

export type ControlAnswer = { status: number; json: unknown } | { status: number; ndjson: string };

/** @throws ControlError with the status and the sentence to answer */
export async function answerControl(ctx: Context, call: ControlCall): Promise<ControlAnswer> {
  const name = `${call.method} ${call.name}`;
  const aboutAccounts = ACCOUNT_CALLS[name];
  if (aboutAccounts) {
    const answer = await aboutAccounts(ctx, call.method === "GET" ? {} : object(call.body));
    if (call.method !== "GET") await ctx.accounts.save();
    return json(answer);
  }
  const handler = HANDLERS[name];
  if (!handler) throw new ControlError(404, `no control call ${call.method} /_control/${call.name}`);
  return handler(ctx, call);
}

type Handler = (ctx: Context, call: ControlCall) => ControlAnswer | Promise<ControlAnswer>;

const json = (body: unknown, status = 200): ControlAnswer => ({ status, json: body });

const HANDLERS: { [call: string]: Handler } = {
  "GET health": (ctx) => json({ status: "ok", businesses: ctx.world.phones.size, webhooks: ctx.hooks.pending }),
  "GET webhooks": (ctx) => json(ctx.hooks.pending),
  "POST inbound": (ctx, { body }) => {
    if (Array.isArray(body)) return json(body.map((one) => ({ wamid: receiveInbound(ctx, asObject(one)) })));
    return json({ wamid: receiveInbound(ctx, object(body)) });
  },
  "POST read": (ctx, { body }) => {
    const { phoneNumberId, from } = object(body);
    const phone = ctx.world.phones.get(asText(phoneNumberId) ?? "");
    if (!phone) throw new ControlError(404, "phoneNumberId is not a number of this sandbox");
    const conversation = ctx.world.findConversation(phone.id, digitsOf(from));
    return json({ read: conversation ? readConversation(ctx, conversation) : [] });
  },
  "POST webhook": async (ctx, { body }) => json({ statuses: await sendRawWebhook(ctx, object(body)) }),
  "GET faults": (ctx) => json(faultReport(ctx)),
  "POST faults": (ctx, { body }) => {
    const input = object(body);
    const rules = asArray(input.rules).map((rule, index) => attempt(() => parseRule(rule, index)));
    ctx.faults.set(asText(input.seed) ?? 1, rules);
    return json(faultReport(ctx));
  },
  "DELETE faults": (ctx) => {
    ctx.faults.clear();
    return json(faultReport(ctx));
  },
  "GET ledger": (ctx, { query }) => ({
    status: 200,
    ndjson: ctx.ledger.since(Number(query.get("since") ?? 0) || 0, query.get("kind") ?? undefined),
  }),
  "GET addresses": (ctx) => json({ addresses: ctx.asked }),
  "GET businesses": (ctx) =>
    json(
      [...ctx.world.phones.values()].map((phone) => ({
        wabaId: phone.wabaId,
        phoneNumberId: phone.id,
        displayPhone: phone.display,
        name: phone.name,
      })),
    ),
  "POST businesses": async (ctx, { body }) => {
    for (const one of Array.isArray(body) ? body : [body]) ctx.world.addBusiness(attempt(() => readBusiness(one)));
    await ctx.accounts.save();
    return json({ businesses: ctx.world.phones.size });
  },
  "GET app": (ctx) => json(changeApp(ctx, {})),
  "POST app": (ctx, { body }) => json(changeApp(ctx, object(body))),
  "GET flags": (ctx) => json(changeFlags(ctx.flags, {})),
  "POST flags": (ctx, { body }) => json(changeFlags(ctx.flags, object(body))),
  "POST templates": (ctx, { body }) => {
    const input = object(body);
    const waba = ctx.world.wabas.get(asText(input.wabaId) ?? "");
    if (!waba) throw new ControlError(404, "wabaId is not an account of this sandbox");
    const template = attempt(() => parseTemplate(input, waba.id));
    waba.templates = [
      ...waba.templates.filter((one) => one.name !== template.name || one.language !== template.language),
      template,
    ];
    return json(template);
  },
};

const faultReport = (ctx: Context): JsonObject => ({
  rules: ctx.faults.rules,
  counts: ctx.faults.counts,
  kinds: { send: SEND_KINDS, webhook: WEBHOOK_KINDS },
});

/**
 * Reads one business of the state file or the control API.
 * @throws Error naming every missing field
 */
export function readBusiness(input: unknown): Parameters<Context["world"]["addBusiness"]>[0] {
  const value = asObject(input);
  const names = ["wabaId", "phoneNumberId", "displayPhone", "name", "accessToken"] as const;
  const missing = names.filter((name) => asText(value[name]) === undefined);
  if (missing.length > 0) throw new Error(`a business needs ${missing.join(", ")}`);
  const [wabaId = "", phoneNumberId = "", displayPhone = "", name = "", accessToken = ""] = names.map((one) =>
    asText(value[one]),
  );
  const businessId = asText(value.businessId);
  return { wabaId, phoneNumberId, displayPhone, name, accessToken, ...(businessId === undefined ? {} : { businessId }) };
}

/** Settings of the app, and what tests may turn; what is not named stays. */
function changeApp(ctx: Context, input: JsonObject): JsonObject {
  const { app } = ctx.world;
  app.callbackUrl = asText(input.callbackUrl) ?? app.callbackUrl;
  app.secret = asText(input.secret) ?? app.secret;
  app.verifyToken = asText(input.verifyToken) ?? app.verifyToken;
  if (input.previousSecret !== undefined) app.previousSecret = asText(input.previousSecret);
  app.deauthorizeUrl = asText(input.deauthorizeUrl) ?? app.deauthorizeUrl;
  app.dataDeletionUrl = asText(input.dataDeletionUrl) ?? app.dataDeletionUrl;
  if (input.fields !== undefined) app.fields = asArray(input.fields).flatMap((name) => asText(name) ?? []);
  tune(ctx.tune, input);
  return {
    id: app.id,
    callbackUrl: app.callbackUrl ?? null,
    hasPreviousSecret: app.previousSecret !== undefined,
    partnerId: ctx.world.partnerId,
    systemUserToken: app.systemUserToken,
    tune: ctx.tune,
  };
}

function tune(tunables: Tunables, input: JsonObject): void {
  for (const name of ["latencyMs", "sentMs", "deliveredMs"] as const) {
    const [low, high] = asArray(input[name]).map(Number);
    if (low !== undefined && high !== undefined && low >= 0 && high >= low) tunables[name] = [low, high];
  }
  const [soonest, latest] = asArray(input.partnerMs).map(Number); // may lie before the end of the signup
  if (soonest !== undefined && latest !== undefined && latest >= soonest) tunables.partnerMs = [soonest, latest];
  for (const name of ["perSecond", "tokenDays", "syncMs", "pinGapMs"] as const) {
    const value = input[name];
    if (typeof value === "number" && value >= 0) tunables[name] = value;
  }
  for (const name of ["pairLimit", "escapes", "requireProof"] as const) {
    const value = input[name];
    if (typeof value === "boolean") tunables[name] = value;
  }
  tunables.signupOrder = SIGNUP_ORDERS.find((order) => order === input.signupOrder) ?? tunables.signupOrder;
  for (const [code, telling] of Object.entries(asObject(input.telling))) {
    if (telling === "sync" || telling === "async") tunables.telling[code] = telling satisfies Telling;
  }
}

function object(body: unknown): JsonObject {
  if (!isObject(body)) throw new ControlError(400, "the body must be a JSON object");
  return body;
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ControlError(400, error instanceof Error ? error.message : String(error));
  }
}
