/** One function behind both mounts: verify, seal, store, answer. Understanding happens later, elsewhere. */
import { hash } from "node:crypto";
import { newId } from "@/lib/kernel/ids";
import { seal } from "@/lib/platform/crypto/codec";
import { env } from "@/lib/platform/env";
import { errorFields, log } from "@/lib/platform/log";
import { counters, histograms } from "@/lib/platform/metrics";
import { poolOf } from "@/lib/platform/pool";
import { Crowded, type Endpoint, findEndpoint, findFreshEndpoint, lookAgain } from "@/lib/webhooks/intake/endpoints";
import { GroupCommit, IntakeFull } from "@/lib/webhooks/intake/group-commit";
import { endpointKeyOf, MAX_BODY, META_ENDPOINT } from "@/lib/webhooks/intake/model";
import { answerChallenge, isSigned } from "@/lib/webhooks/intake/signature";

export interface WebhookRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Value of `X-Hub-Signature-256`. */
  signature: string | undefined;
  /** The raw bytes of a POST, or the bound that was passed while reading them; ended for want of room is too slow as well. */
  raw: Buffer | "too_large" | "too_slow" | null;
}
export interface WebhookAnswer {
  status: number;
  body: string;
}

const answer = (status: number, body = ""): WebhookAnswer => ({ status, body });
const refuse = (status: number, why: string): WebhookAnswer => {
  counters.webhookRefused.inc({ why });
  return answer(status);
};

/** Channel on which the worker listens; rung after commits, at most every 20 ms. */
export const SPLIT_BELL = "parley_split";
const BELL_EVERY_MS = 20;
let bellDue = false;
function ringBell(): void {
  if (bellDue) return;
  bellDue = true;
  poolOf("ingest")
    .query({ name: "intake.bell", text: "select pg_notify($1, '')", values: [SPLIT_BELL] })
    .catch(() => {}); // the sweep finds what no bell announced
  setTimeout(() => {
    bellDue = false;
    if (rungSince) {
      rungSince = false;
      ringBell();
    }
  }, BELL_EVERY_MS).unref();
}
let rungSince = false;

const commits = new GroupCommit(() => {
  if (bellDue) rungSince = true;
  else ringBell();
});

/**
 * Answers one webhook request. 200 only after the commit; 401 for a bad signature, 413 over the cap, 408 past the
 * deadline, 403 for a failed handshake, 404 for an unknown address, 503 whenever the row could not be stored (the provider retries).
 */
export async function receiveWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
  const endpointKey = endpointKeyOf(request.path);
  if (!endpointKey) return answer(404);
  if (request.method === "GET") {
    return shakeHands(endpointKey, request.query);
  }
  if (request.method !== "POST") return answer(405);
  if (request.raw === null) return answer(400);
  if (request.raw === "too_slow") return refuse(408, "too_slow");
  if (request.raw === "too_large" || request.raw.length > MAX_BODY) return refuse(413, "too_large");
  const started = performance.now();
  try {
    const found = findEndpoint(endpointKey);
    const endpoint = found instanceof Promise ? await found : found;
    if (!endpoint || !isSigned(request.raw, request.signature, endpoint.secrets)) {
      // an address or a secret made a moment ago is known when the provider comes again
      if (endpointKey !== META_ENDPOINT) void lookAgain().catch(() => {});
      if (endpoint) return refuse(401, "signature");
      return answer(endpointKey === META_ENDPOINT ? 503 : 404);
    }
    await store(endpoint, request.raw);
  } catch (error) {
    if (!(error instanceof IntakeFull)) log.error("intake.store_failed", errorFields(error));
    return refuse(503, error instanceof IntakeFull ? "full" : "database");
  }
  counters.webhookAccepted.inc();
  histograms.webhookAck.observe((performance.now() - started) / 1000);
  return answer(200);
}

/** Each address has its own token; the platform's is known without asking the database. */
async function shakeHands(endpointKey: string, query: URLSearchParams): Promise<WebhookAnswer> {
  let token: string | null = env().META_WEBHOOK_VERIFY_TOKEN;
  if (endpointKey !== META_ENDPOINT) {
    try {
      const endpoint = await findFreshEndpoint(endpointKey);
      if (!endpoint) return answer(404);
      token = endpoint.verifyToken;
    } catch (error) {
      if (error instanceof Crowded) return refuse(503, "crowded");
      log.error("intake.handshake_failed", errorFields(error));
      return refuse(503, "database");
    }
  }
  const challenge = token === null ? null : answerChallenge(query, token);
  return challenge === null ? refuse(403, "handshake") : answer(200, challenge);
}

async function store(endpoint: Endpoint, raw: Buffer): Promise<void> {
  const id = newId("delivery");
  await commits.store({
    id,
    endpointId: endpoint.id,
    bodySha256: Buffer.from(hash("sha256", raw), "hex"), // Node makes a buffer of its own at twice the cost
    bodySealed: seal(endpoint.key, { scope: "intake", table: "webhook_deliveries", column: "body_sealed", rowId: id }, raw),
    keyId: endpoint.key.id,
    keyAt: endpoint.at,
    bytes: raw.length,
  });
}
