/** POST /{phone}/smb_app_data: asks a coexistence number for its contacts, then for its history. */
import { emitContacts, emitHistory } from "../accounts/coexistence";
import type { Context } from "../context";
import { newTraceId } from "../ids";
import { asText, type JsonObject } from "../json";
import type { Phone } from "../world";
import { GraphError } from "./errors";
import type { GraphCall } from "./router";

const WINDOW_MS = 24 * 3_600_000;
const EMITTERS: { [type: string]: (ctx: Context, phone: Phone) => Promise<void> } = {
  smb_app_state_sync: emitContacts,
  history: emitHistory,
};

/** @throws GraphError 100, 2593107 for a second request, 2593108 later than 24 h after the signup */
export function syncAppData(ctx: Context, phone: Phone, { fields }: GraphCall): JsonObject {
  const type = asText(fields.sync_type) ?? "";
  const emit = EMITTERS[type];
  if (!emit) {
    const message = "(#100) Param sync_type must be one of {SMB_APP_STATE_SYNC, HISTORY}";
    throw new GraphError(100, undefined, { message });
  }
  if (!phone.onBizApp) throw new GraphError(100, "The phone number is not in use with the WhatsApp Business app.");
  if (phone.synced[type] !== undefined) throw new GraphError(2593107);
  if (ctx.now() - phone.onboardedAt > WINDOW_MS) throw new GraphError(2593108);
  phone.synced[type] = ctx.now();
  ctx.timers.after(ctx.tune.syncMs, () => void emit(ctx, phone));
  return { messaging_product: "whatsapp", request_id: newTraceId() };
}
