/**
 * Webhook intake: what must stand before a provider's event is answered with 200, and nothing more.
 * Lives here: signatures, the handshake, the durable insert. Does not live here: understanding, tenants, Redis.
 * Invariant: no 200 before the row's own commit.
 */

export { ENDPOINTS_FRESH, forgetEndpoints, MOST_LOOKING } from "@/lib/webhooks/intake/endpoints";
export { receiveWebhook, SPLIT_BELL, type WebhookAnswer, type WebhookRequest } from "@/lib/webhooks/intake/intake";
export {
  endpointKeyOf,
  MAX_BODY,
  META_ENDPOINT,
  MOST_PIECES_OF_BODY,
  MOST_READING,
  PIECE_COST,
  READ_TIMEOUT,
} from "@/lib/webhooks/intake/model";
export { WEBHOOK_SERVER, webhookListener } from "@/lib/webhooks/intake/node-http";
export { answerChallenge, isSigned } from "@/lib/webhooks/intake/signature";
