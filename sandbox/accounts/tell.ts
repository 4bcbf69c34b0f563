/** Webhooks about accounts and numbers. */
import type { Context } from "../context";
import type { JsonObject } from "../json";
import type { Phone } from "../world";

/**
 * Tells the app of a change to an account; `entry.id` is the account.
 * @returns whether anybody is told: it needs the subscription and a callback
 */
export function tellField(ctx: Context, field: string, value: JsonObject, wabaId: string): boolean {
  const time = Math.floor(ctx.now() / 1000);
  return ctx.hooks.tell({ ...EMPTY, field, value, entryId: wabaId, time, wabaId, type: field });
}

/** Tells the app of a change to what is shared with our portfolio; `entry.id` is that portfolio. */
export function tellPartner(ctx: Context, value: JsonObject, wabaId: string): boolean {
  const time = Math.floor(ctx.now() / 1000);
  const entryId = ctx.world.partnerId;
  return ctx.hooks.tell({ ...EMPTY, field: "account_update", value, entryId, time, wabaId, type: "account_update" });
}

/** Tells of something on a coexistence number, in the frame such fields share. */
export function tellNumber(
  ctx: Context,
  phone: Phone,
  field: string,
  rest: JsonObject,
  message?: { wamid: string; client: string; text: string },
): boolean {
  const metadata = { display_phone_number: phone.digits, phone_number_id: phone.id };
  const value = { messaging_product: "whatsapp", metadata, ...rest };
  const about = { entryId: phone.wabaId, wabaId: phone.wabaId, phoneNumberId: phone.id };
  return ctx.hooks.tell({ ...EMPTY, ...about, field, value, type: field, ...message });
}

const EMPTY = { wabaId: null, phoneNumberId: null, wamid: null, client: null };
