/** Control calls about portfolios, accounts, numbers and tokens: Meta played by a test, or by a person at /meta. */
import { changeAccount } from "../accounts/change";
import { DEFAULT_SYNC, SUBCODE, type SyncPlan } from "../accounts/model";
import { makeOwnApp } from "../accounts/own-app";
import { partnerEvent, readPartnerEvent, share } from "../accounts/partner";
import { tellNumber } from "../accounts/tell";
import { refusalOf } from "../accounts/tokens";
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { newWamid } from "../ids";
import { asArray, asMoment, asObject, asText, digitsOf, isObject, type JsonObject } from "../json";
import { readOrder } from "../signup/model";
import { handedOver, onboard } from "../signup/onboard";
import type { Phone, Token, Waba } from "../world";
import { sendSignedRequest } from "./signed-request";

type AccountCall = (ctx: Context, input: JsonObject) => unknown;

/** The calls, by method and name; each answers JSON. */
export const ACCOUNT_CALLS: { [call: string]: AccountCall } = {
  "POST signup": async (ctx, input) => onboard(ctx, readOrder(input)),
  "POST signup/handed": (ctx, input) => ({ handed: handedOver(ctx, asText(input.code) ?? "") }),
  "POST own-app": (ctx, input) => makeOwnApp(ctx, input),
  "POST partner": (ctx, input) => ({ sent: partnerEvent(ctx, readPartnerEvent(ctx, input)) }),
  "POST account": (ctx, input) => changeAccount(ctx, input),
  "POST number": (ctx, input) => patchNumber(numberOf(ctx, input), input),
  "POST waba": (ctx, input) => patchWaba(ctx, wabaOf(ctx, input), input),
  "POST grant": (ctx, input) => grant(ctx, wabaOf(ctx, input)),
  "POST tokens/expire": (ctx, input) => {
    const token = tokenOf(ctx, input);
    if (input.dataAccessAt !== undefined) token.dataAccessExpiresAt = asMoment(input.dataAccessAt) ?? 0;
    else token.expiresAt = asMoment(input.at) ?? ctx.now() - 1000;
    return tokenView(ctx, token);
  },
  "POST tokens/restore": (ctx, input) => {
    const token = tokenOf(ctx, input);
    token.revoked = undefined;
    if (token.expiresAt > 0 && token.expiresAt <= ctx.now()) token.expiresAt = 0;
    return tokenView(ctx, token);
  },
  "POST tokens/revoke": (ctx, input) => {
    const subcode = Number(input.subcode) || SUBCODE.uninstalled;
    if (asText(input.accessToken) !== undefined)
      return { revoked: ctx.world.revokeToken(asText(input.accessToken) ?? "", subcode) };
    return { revoked: ctx.world.revokeToken(tokenOf(ctx, input).token, subcode) };
  },
  "POST deauthorize": (ctx, input) => sendSignedRequest(ctx, "deauthorize", input),
  "POST data-deletion": (ctx, input) => sendSignedRequest(ctx, "data-deletion", input),
  "POST coexistence": (ctx, input) => {
    const phone = numberOf(ctx, input);
    phone.sync = planFrom(input, phone.sync ?? DEFAULT_SYNC);
    if (input.again === true) phone.synced = {};
    return phone.sync;
  },
  "POST echo": (ctx, input) => ({ wamid: echo(ctx, numberOf(ctx, input), input) }),
  "GET accounts": (ctx) => accountsView(ctx),
};

function wabaOf(ctx: Context, input: JsonObject): Waba {
  const waba = ctx.world.wabas.get(asText(input.wabaId) ?? "");
  if (!waba) throw new ControlError(404, "wabaId is not an account of this sandbox");
  return waba;
}

function numberOf(ctx: Context, input: JsonObject): Phone {
  const phone = ctx.world.phones.get(asText(input.phoneNumberId) ?? "");
  if (!phone) throw new ControlError(404, "phoneNumberId is not a number of this sandbox");
  return phone;
}

/** By `accessToken`, `tokenId`, or the newest one of `wabaId` or `userId`. */
function tokenOf(ctx: Context, input: JsonObject): Token {
  const all = [...ctx.world.tokens.values()].sort((one, two) => two.issuedAt - one.issuedAt);
  const tests: ((token: Token) => boolean)[] = [];
  if (input.accessToken !== undefined) tests.push((one) => one.token === input.accessToken);
  if (input.tokenId !== undefined) tests.push((one) => one.id === input.tokenId);
  if (input.wabaId !== undefined) tests.push((one) => one.wabas.includes(String(input.wabaId)));
  if (input.userId !== undefined) tests.push((one) => one.userId === input.userId);
  const found = tests.length === 0 ? undefined : all.find((one) => tests.every((test) => test(one)));
  if (!found) throw new ControlError(404, "no such token; name accessToken, tokenId, wabaId or userId");
  return found;
}

/** Shares an account with us again, and lets the portfolio's newest good token open it. */
function grant(ctx: Context, waba: Waba): JsonObject {
  const owner = ctx.world.portfolios.get(waba.businessId);
  if (owner) owner.installed = true;
  share(ctx, waba);
  const token = ctx.world.tokensOf(waba.businessId).find((one) => !refusalOf(one, ctx.world.app.id, ctx.now()));
  if (token && !token.wabas.includes(waba.id)) token.wabas.unshift(waba.id);
  const about = { wabaId: waba.id, ownerBusinessId: waba.businessId };
  const sent = partnerEvent(ctx, { event: "PARTNER_ADDED", ...about });
  partnerEvent(ctx, { event: "PARTNER_APP_INSTALLED", ...about });
  return { sent, tokenId: token?.id ?? null };
}

/** Sets what an account is, its portfolio's verification and the app's fields among it, without any webhook. */
function patchWaba(ctx: Context, waba: Waba, input: JsonObject): JsonObject {
  waba.review = asText(input.review) ?? waba.review;
  for (const name of ["subscribed", "unpaid"] as const) {
    const value = input[name];
    if (typeof value === "boolean") waba[name] = value;
  }
  if (input.overrideUri !== undefined) waba.overrideUri = asText(input.overrideUri) || undefined;
  const owner = ctx.world.portfolios.get(waba.businessId);
  if (owner) owner.verification = asText(input.verification) ?? owner.verification;
  const { templates, ...shown } = waba;
  return { ...shown, verification: owner?.verification, templates: templates.length };
}

/** Sets what a number is, without any webhook. */
function patchNumber(phone: Phone, input: JsonObject): JsonObject {
  for (const name of ["nameStatus", "codeStatus", "status", "platform", "quality", "throughput", "tier", "name"] as const) {
    const text = asText(input[name]);
    if (text !== undefined) phone[name] = text;
  }
  for (const name of ["onBizApp", "registered"] as const) {
    const value = input[name];
    if (typeof value === "boolean") phone[name] = value;
  }
  if (input.pin !== undefined) phone.pin = asText(input.pin);
  for (const name of ["onboardedAt", "deletedAt"] as const) {
    const at = asMoment(input[name]);
    if (at !== undefined) phone[name] = at;
  }
  const { pin, ...shown } = phone;
  return { ...shown, hasPin: pin !== undefined };
}

function planFrom(input: JsonObject, before: SyncPlan): SyncPlan {
  const history = asObject(input.history);
  const count = (name: string, low: number, otherwise: number) => {
    const value = Number(history[name]);
    return history[name] !== undefined && value >= low ? Math.floor(value) : otherwise;
  };
  const contacts = asArray(input.contacts)
    .filter(isObject)
    .map((one) => ({
      name: asText(one.name) ?? asText(one.full_name) ?? "Somebody",
      phone: digitsOf(one.phone ?? one.phone_number),
      action: one.action === "remove" ? ("remove" as const) : ("add" as const),
    }));
  const given = typeof input.contacts === "number" ? Math.max(0, Math.floor(input.contacts)) : contacts;
  const repeat = history.repeat === true ? 1 : Number(history.repeat);
  return {
    contacts: input.contacts === undefined ? before.contacts : given,
    messages: count("messages", 0, before.messages),
    threads: count("threads", 1, before.threads),
    chunk: count("chunk", 1, before.chunk),
    media: count("media", 0, before.media),
    shuffle: typeof history.shuffle === "boolean" ? history.shuffle : before.shuffle,
    repeat: repeat >= 0 ? Math.min(repeat, 1) : before.repeat,
    seed: asText(history.seed) ?? before.seed,
    declined: typeof history.declined === "boolean" ? history.declined : before.declined,
  };
}

/** The merchant writes in the phone app; the business's software hears of it. */
function echo(ctx: Context, phone: Phone, input: JsonObject): string {
  if (!phone.onBizApp) throw new ControlError(409, "the number does not live on the WhatsApp Business app");
  const client = digitsOf(input.to);
  if (client === "") throw new ControlError(400, "to must hold the digits of the client's phone");
  const type = asText(input.type) ?? "text";
  const text = asText(input.text) ?? (isObject(input.text) ? asText(input.text.body) : undefined) ?? "";
  const content = type === "text" ? { text: { body: text } } : { [type]: asObject(input[type]) };
  const wamid = asText(input.wamid) ?? newWamid(client, "out");
  const at = asMoment(input.timestamp) ?? ctx.now();
  const payload = { from: phone.digits, to: client, id: wamid, timestamp: String(Math.floor(at / 1000)), type, ...content };
  const conversation = ctx.world.conversation(phone.id, client);
  if (!ctx.world.findMessage(wamid)) {
    const message = { type, ...content };
    ctx.world.addItem(conversation, { wamid, direction: "out", type, message, text, at, state: "delivered" });
  }
  const contacts = [{ profile: { name: conversation.name }, wa_id: client }];
  tellNumber(ctx, phone, "smb_message_echoes", { contacts, message_echoes: [payload] }, { wamid, client, text });
  return wamid;
}

/** A token by its id and state; never the token itself. */
function tokenView(ctx: Context, token: Token): JsonObject {
  const refusal = refusalOf(token, ctx.world.app.id, ctx.now());
  const { id, kind, businessId, userId, scopes, wabas, issuedAt, expiresAt } = token;
  const state = refusal ? { valid: false, subcode: refusal.subcode } : { valid: true };
  return { id, kind, businessId, userId, scopes, wabas, issuedAt, expiresAt, ...state };
}

/** Everything at once, for tests and for /meta. */
export function accountsView(ctx: Context): JsonObject {
  const { world } = ctx;
  return {
    partnerId: world.partnerId,
    portfolios: [...world.portfolios.values()],
    accounts: [...world.wabas.values()].map(({ templates, ...waba }) => ({ ...waba, templates: templates.length })),
    numbers: [...world.phones.values()].map(({ pin, ...phone }) => ({ ...phone, hasPin: pin !== undefined })),
    tokens: [...world.tokens.values()].map((token) => tokenView(ctx, token)),
  };
}
