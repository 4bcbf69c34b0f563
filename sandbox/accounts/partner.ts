/** What happens to the bond between a customer's account and our app, and what Meta says about it. */
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { asText, type JsonObject } from "../json";
import type { Waba } from "../world";
import { SUBCODE } from "./model";
import { tellField, tellPartner } from "./tell";

export interface PartnerEvent {
  event: string;
  wabaId: string;
  ownerBusinessId: string;
  /** disconnection_info.reason and initiated_by, for PARTNER_REMOVED. */
  reason?: string;
  initiatedBy?: string;
}

/** Events whose `entry.id` is our portfolio; all others carry the account. */
const OF_PARTNER = /^(PARTNER_(ADDED|REMOVED|APP_INSTALLED|APP_UNINSTALLED)|MM_LITE_TERMS_SIGNED|AD_ACCOUNT_LINKED)$/;

/**
 * Reads `{event, wabaId, ownerBusinessId?, reason?}`. The owner may differ from the true one: tests forge.
 * @throws ControlError 400 without an event or an account
 */
export function readPartnerEvent(ctx: Context, input: JsonObject): PartnerEvent {
  const [event, wabaId] = [asText(input.event), asText(input.wabaId)];
  if (event === undefined || wabaId === undefined) throw new ControlError(400, "event and wabaId are needed");
  const owner = asText(input.ownerBusinessId) ?? ctx.world.wabas.get(wabaId)?.businessId;
  if (owner === undefined) throw new ControlError(404, "wabaId is not an account of this sandbox; name its ownerBusinessId");
  const [reason, initiatedBy] = [asText(input.reason), asText(input.initiatedBy)];
  return { event, wabaId, ownerBusinessId: owner, ...(reason ? { reason } : {}), ...(initiatedBy ? { initiatedBy } : {}) };
}

/**
 * Sends the webhook and makes it true: grants come and go with it.
 * @returns whether anybody was told
 */
export function partnerEvent(ctx: Context, input: PartnerEvent): boolean {
  const { event, wabaId } = input;
  const waba = ctx.world.wabas.get(wabaId);
  const value = eventValue(ctx, input);
  // the account is told of its end while it still is subscribed
  const told = OF_PARTNER.test(event) ? tellPartner(ctx, value, wabaId) : tellField(ctx, "account_update", value, wabaId);
  if (waba) happen(ctx, event, waba);
  return told;
}

function eventValue(ctx: Context, { event, wabaId, ownerBusinessId, reason, initiatedBy }: PartnerEvent): JsonObject {
  if (!OF_PARTNER.test(event)) return { event };
  const app = event.startsWith("PARTNER_APP_") ? { partner_app_id: ctx.world.app.id } : {};
  const info = reason === undefined ? {} : { disconnection_info: { reason, initiated_by: initiatedBy ?? "USER" } };
  return { event, waba_info: { waba_id: wabaId, owner_business_id: ownerBusinessId, ...app }, ...info };
}

function happen(ctx: Context, event: string, waba: Waba): void {
  const owner = ctx.world.portfolios.get(waba.businessId);
  switch (event) {
    case "PARTNER_ADDED":
      share(ctx, waba);
      break;
    case "PARTNER_APP_INSTALLED":
      if (owner) owner.installed = true;
      break;
    case "PARTNER_REMOVED":
      unshare(ctx, waba);
      break;
    case "PARTNER_APP_UNINSTALLED":
      if (owner) owner.installed = false;
      for (const token of ctx.world.tokensOf(waba.businessId)) token.revoked ??= SUBCODE.uninstalled;
      for (const one of ctx.world.wabas.values()) if (one.businessId === waba.businessId) unsubscribe(one);
      break;
    case "ACCOUNT_DELETED":
      unshare(ctx, waba);
      for (const phone of ctx.world.phonesOf(waba.id)) ctx.world.phones.delete(phone.id);
      ctx.world.wabas.delete(waba.id);
      break;
    case "ACCOUNT_OFFBOARDED":
    case "ACCOUNT_RECONNECTED":
      for (const phone of ctx.world.phonesOf(waba.id)) {
        phone.status = event === "ACCOUNT_OFFBOARDED" ? "DISCONNECTED" : "CONNECTED";
      }
      break;
  }
}

/** The account is shared with us, from now on if it was not. */
export function share(ctx: Context, waba: Waba): void {
  if (!waba.shared) waba.sharedAt = ctx.now();
  waba.shared = true;
}

function unshare(ctx: Context, waba: Waba): void {
  waba.shared = false;
  unsubscribe(waba);
  for (const token of ctx.world.tokens.values()) token.wabas = token.wabas.filter((id) => id !== waba.id);
  // a merchant who leaves keeps his number in the app; the Cloud API has lost it
  for (const phone of ctx.world.phonesOf(waba.id)) if (phone.onBizApp) phone.status = "DISCONNECTED";
}

function unsubscribe(waba: Waba): void {
  waba.subscribed = false;
  waba.overrideUri = undefined;
}
