/** A customer who brings an app of its own: the app, an account with one number, and a token made in the app's dashboard. */
import { randomBytes } from "node:crypto";
import type { Context } from "../context";
import { newObjectId } from "../ids";
import { asText, type JsonObject } from "../json";
import { CONNECTED, newPhone, newWaba } from "./model";
import { newBusinessToken } from "./tokens";

/** Carries out `{name?, registered?, secret?}`; `appId` and `wabaId` add to what is there, a new secret replaces the old one. */
export async function makeOwnApp(ctx: Context, input: JsonObject): Promise<JsonObject> {
  const { world } = ctx;
  const appId = asText(input.appId) ?? newObjectId();
  const secret = asText(input.secret) ?? world.otherApps.get(appId)?.secret ?? randomBytes(16).toString("hex");
  world.otherApps.set(appId, { id: appId, secret });
  const name = asText(input.name) ?? "Own App Firm";
  const wabaId = asText(input.wabaId) ?? newObjectId();
  const businessId = world.wabas.get(wabaId)?.businessId ?? newObjectId();
  const now = ctx.now();
  if (!world.portfolios.has(businessId))
    world.portfolios.set(businessId, { id: businessId, name, verification: "verified", createdAt: now, installed: false });
  if (!world.wabas.has(wabaId)) {
    const templates = world.seededTemplates(wabaId);
    world.wabas.set(wabaId, newWaba({ id: wabaId, name, businessId, shared: false, sharedAt: now, templates }));
  }
  const phoneNumberId = world.phonesOf(wabaId)[0]?.id ?? newObjectId();
  if (!world.phones.has(phoneNumberId)) {
    const display = `+1 555 8${phoneNumberId.slice(-2)} ${phoneNumberId.slice(-6, -2)}`;
    const ready = input.registered === false ? {} : { ...CONNECTED, registeredOnce: true };
    world.phones.set(phoneNumberId, newPhone({ id: phoneNumberId, wabaId, display, name, onboardedAt: now, ...ready }));
  }
  const scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
  const token = { ...newBusinessToken({ businessId, wabas: [wabaId], scopes, days: 0 }, now), appId };
  world.tokens.set(token.token, token);
  await ctx.accounts.save();
  return { appId, appSecret: secret, wabaId, phoneNumberId, accessToken: token.token };
}
