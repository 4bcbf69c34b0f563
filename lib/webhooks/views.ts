/** What leaves the server about webhook settings. Browser-pure. */
import * as z from "zod/mini";

export const WebhookSettingsView = z.object({
  url: z.string(),
  verifyToken: z.string(),
  /** Last verified delivery, or null if none was ever received. */
  lastReceivedAt: z.nullable(z.string()),
});
export type WebhookSettingsView = z.infer<typeof WebhookSettingsView>;

/** Result of playing the GET challenge against our own public URL. `reason` is a key under `settings.webhook.reason`. */
export const HandshakeView = z.object({
  ok: z.boolean(),
  status: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  ms: z.number(),
});
export type HandshakeView = z.infer<typeof HandshakeView>;
