/** Paths under which the product listens to Meta, the one it names itself first. The others exist for configurations made before it. */
export const META_PATHS = [
  "/api/webhooks/whatsapp",
  "/api/webhooks/whatsapp/meta",
  "/api/whatsapp/webhook",
  "/api/v1/whatsapp/webhook",
] as const;
