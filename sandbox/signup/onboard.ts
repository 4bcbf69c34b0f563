/** The end of a signup: assets are made and shared, a code is ready, and Meta tells our portfolio. */
import { randomBytes } from "node:crypto";
import { BUSINESS_SCOPES, CONNECTED, newPhone, newWaba, type SignupCode } from "../accounts/model";
import { partnerEvent } from "../accounts/partner";
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { grantToken } from "../graph/oauth";
import { newObjectId } from "../ids";
import type { JsonObject } from "../json";
import { between } from "../random";
import type { Phone, Portfolio, Waba } from "../world";
import { finishEvent, type Shared, type SignupOrder } from "./model";

export interface Onboarded extends Shared {
  /** null when the browser was lost: nobody got it. */
  code: string | null;
  event: JsonObject | null;
  accessToken?: string;
}

/**
 * Does what the dialog does when the customer confirms.
 * @throws ControlError 404 or 409 when the order contradicts what exists
 */
export async function onboard(ctx: Context, order: SignupOrder): Promise<Onboarded> {
  const portfolio = portfolioFor(ctx, order);
  const waba = wabaFor(ctx, order, portfolio);
  const phone = order.flow === "only_waba" ? undefined : phoneFor(ctx, order, waba);
  const also = order.alsoWabaIds.map((id) => alsoFor(ctx, id, waba));
  portfolio.installed = true;
  const all = [waba, ...also];
  for (const one of all) Object.assign(one, one.shared ? {} : { shared: true, sharedAt: ctx.now() });
  const shared: Shared = {
    businessId: portfolio.id,
    wabaId: waba.id,
    ...(phone ? { phoneNumberId: phone.id } : {}),
    alsoWabaIds: also.map((one) => one.id),
  };
  await ctx.accounts.save();
  await announce(ctx, order, all);
  const ids = all.map((one) => one.id);
  const code = newCode(ctx, order, portfolio.id, ids);
  const accessToken = order.withToken ? grantToken(ctx, code) : undefined;
  const claimed = order.claimWabaId ? { ...shared, wabaId: order.claimWabaId } : shared;
  if (order.flow === "lost") return { ...shared, code: null, event: null };
  ctx.world.codes.set(code.code, code);
  return { ...shared, code: code.code, event: finishEvent(order.flow, claimed), ...(accessToken ? { accessToken } : {}) };
}

/** The browser has got the code only now: its 30 seconds start again, or were over before. */
export function handedOver(ctx: Context, code: string): boolean {
  const found = ctx.world.codes.get(code);
  if (!found || found.used) return false;
  found.createdAt = ctx.now() - found.ageMs;
  return true;
}

function portfolioFor(ctx: Context, order: SignupOrder): Portfolio {
  const { portfolios, wabas, phones } = ctx.world;
  const wabaId = order.wabaId ?? phones.get(order.phoneNumberId ?? "")?.wabaId ?? "";
  const known = portfolios.get(order.businessId ?? wabas.get(wabaId)?.businessId ?? "");
  if (known) return known;
  const made: Portfolio = {
    id: order.businessId ?? newObjectId(),
    name: order.businessName ?? "New Business",
    verification: order.verification ?? "not_verified",
    createdAt: ctx.now(),
    installed: false,
  };
  portfolios.set(made.id, made);
  return made;
}

function wabaFor(ctx: Context, order: SignupOrder, portfolio: Portfolio): Waba {
  const { wabas, phones } = ctx.world;
  const known = wabas.get(order.wabaId ?? phones.get(order.phoneNumberId ?? "")?.wabaId ?? "");
  if (known && known.businessId !== portfolio.id) throw new ControlError(409, "the account belongs to another portfolio");
  return known ?? makeWaba(ctx, portfolio, order);
}

function makeWaba(ctx: Context, portfolio: Portfolio, order: Partial<SignupOrder>): Waba {
  const { country, currency, timezoneId } = order;
  const id = order.wabaId ?? newObjectId();
  const made = newWaba({
    id,
    name: order.wabaName ?? portfolio.name,
    businessId: portfolio.id,
    shared: false,
    sharedAt: ctx.now(),
    templates: ctx.world.seededTemplates(id),
    ...(country ? { country } : {}),
    ...(currency ? { currency } : {}),
    ...(timezoneId ? { timezoneId } : {}),
  });
  ctx.world.wabas.set(id, made);
  return made;
}

function phoneFor(ctx: Context, order: SignupOrder, waba: Waba): Phone {
  const onBizApp = order.coexistence;
  const known = ctx.world.phones.get(order.phoneNumberId ?? "");
  if (known && known.wabaId !== waba.id) throw new ControlError(409, "the number belongs to another account");
  const fresh = { onboardedAt: ctx.now(), synced: {} };
  if (known) return Object.assign(known, fresh, onBizApp ? { onBizApp, ...CONNECTED, registeredOnce: true } : {});
  const id = order.phoneNumberId ?? newObjectId();
  const display = order.displayPhone ?? `+1 555 7${id.slice(-2)} ${id.slice(-6, -2)}`;
  const phone = newPhone({
    id,
    wabaId: waba.id,
    display,
    name: order.verifiedName ?? waba.name,
    ...fresh,
    ...(onBizApp ? { onBizApp, ...CONNECTED } : {}),
    ...(order.pin ? { pin: order.pin } : {}),
    ...(order.verified ? {} : { codeStatus: "NOT_VERIFIED" }),
  });
  ctx.world.phones.set(id, phone);
  return phone;
}

function alsoFor(ctx: Context, id: string, first: Waba): Waba {
  const portfolio = ctx.world.portfolios.get(first.businessId);
  const siblings = [...ctx.world.wabas.values()].filter((one) => one.businessId === first.businessId && one !== first);
  if (id === "another" && portfolio) return siblings[0] ?? makeWaba(ctx, portfolio, { wabaName: `${first.name} 2` });
  const known = siblings.find((one) => one.id === id);
  if (!known) throw new ControlError(404, `account ${id} is not in this portfolio`);
  return known;
}

function newCode(ctx: Context, order: SignupOrder, businessId: string, wabas: string[]): SignupCode {
  return {
    code: `AQB${randomBytes(60).toString("base64url")}`,
    businessId,
    wabas,
    createdAt: ctx.now() - order.codeAgeMs,
    ageMs: order.codeAgeMs,
    used: order.codeUsed || order.withToken,
    tokenDays: order.tokenDays ?? ctx.tune.tokenDays,
    scopes: order.scopes.length > 0 ? order.scopes : [...BUSINESS_SCOPES],
  };
}

/** Meta's word to our portfolio. A delay below zero means: it comes first, and the browser hears so much later. */
async function announce(ctx: Context, order: SignupOrder, wabas: Waba[]): Promise<void> {
  const delay = order.partnerDelayMs ?? between(ctx.random, ...ctx.tune.partnerMs);
  const tell = () => {
    for (const { id: wabaId, businessId: ownerBusinessId } of wabas) {
      partnerEvent(ctx, { event: "PARTNER_ADDED", wabaId, ownerBusinessId });
      partnerEvent(ctx, { event: "PARTNER_APP_INSTALLED", wabaId, ownerBusinessId });
    }
  };
  if (delay > 0) ctx.timers.after(delay, tell);
  else tell();
  if (delay < 0) await new Promise<void>((resolve) => ctx.timers.after(-delay, resolve));
}
