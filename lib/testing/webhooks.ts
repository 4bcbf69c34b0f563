/** Webhook traffic for tests: signed bodies through the intake's own function, and the pump until nothing waits. */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { Id } from "@/lib/kernel/ids";
import { Secret } from "@/lib/kernel/secret";
import { ensureEndpoint } from "@/lib/onboarding/own-endpoint";
import { env } from "@/lib/platform/env";
import { poolOf } from "@/lib/platform/pool";
import { ensureIntakeKey, processOrganisation, splitDeliveries } from "@/lib/webhooks";
import { forgetEndpoints, receiveWebhook } from "@/lib/webhooks/intake";

export const sign = (raw: Buffer | string, secret = env().META_APP_SECRET) =>
  `sha256=${createHmac("sha256", secret).update(raw).digest("hex")}`;

/** Hands a body to the intake as the provider would. @returns the status answered */
export async function deliver(
  body: object | string,
  options: { secret?: string; signature?: string; path?: string } = {},
): Promise<number> {
  const raw = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const signature = options.signature ?? sign(raw, options.secret);
  const path = options.path ?? "/api/webhooks/whatsapp";
  return (await receiveWebhook({ method: "POST", path, query: new URLSearchParams(), signature, raw })).status;
}

/** Makes the intake ready in this database. */
export async function readyIntake(): Promise<void> {
  await ensureIntakeKey(new Date());
  forgetEndpoints();
}

/** An endpoint of an organisation's own app. @returns where its deliveries go, and what signs them */
export async function ownEndpoint(orgId: Id<"organisation">): Promise<{ path: string; secret: string }> {
  const [key, secret] = [randomBytes(24).toString("base64url"), randomBytes(16).toString("hex")];
  const app = {
    id: "",
    appId: "1",
    rotatedAt: null,
    secret: new Secret(secret),
    previous: null,
    endpointKey: key,
    verifyToken: "v",
  };
  await ensureEndpoint(orgId, app);
  forgetEndpoints();
  return { path: `/api/webhooks/whatsapp/t/${key}`, secret };
}

/** Splits and handles until the given organisations have nothing pending; another test's traffic may be split on the way. */
export async function drain(...orgs: Id<"organisation">[]): Promise<void> {
  for (let i = 0; i < 50; i++) {
    const { claimed } = await splitDeliveries();
    // counted before the handling: what another file splits between the two would be left behind
    const { rows } = await poolOf("owner").query("select count(*)::int as n from webhook_deliveries where state = 'pending'");
    let taken = 0;
    for (const org of orgs) taken += (await processOrganisation(org)).taken;
    if (claimed === 0 && taken === 0 && rows[0].n === 0) return;
    if (claimed === 0 && taken === 0) await new Promise((resolve) => setTimeout(resolve, 50)); // another file holds the lease
  }
}

const OWN_PHONE = "15550100001";
const metadataOf = (phoneNumberId: string) => ({ display_phone_number: OWN_PHONE, phone_number_id: phoneNumberId });
export const messagesChange = (phoneNumberId: string, value: object) => ({
  field: "messages",
  value: { messaging_product: "whatsapp", metadata: metadataOf(phoneNumberId), ...value },
});
/** What the number's own phone app sent. @param more parts of the echo to put in place of an ordinary text's */
export const echoChange = (phoneNumberId: string, text: string, more: object = {}) => ({
  field: "smb_message_echoes",
  value: {
    messaging_product: "whatsapp",
    metadata: metadataOf(phoneNumberId),
    message_echoes: [{ ...textMessage(`wamid.${randomUUID()}`, OWN_PHONE, text), to: "628111", ...more }],
  },
});
export const envelopeOf = (wabaId: string, ...changes: object[]) => ({
  object: "whatsapp_business_account",
  entry: [{ id: wabaId, changes }],
});

export const textMessage = (id: string, from: string, body: string, at = Math.floor(Date.now() / 1000)) => ({
  from,
  id,
  timestamp: String(at),
  type: "text",
  text: { body },
});
export const status = (id: string, name: string, at: number, more: object = {}) => ({
  id,
  status: name,
  timestamp: String(at),
  recipient_id: "628111",
  ...more,
});
