/** One POST to the receiver, and the ways to break it. */
import http from "node:http";

export type PostOutcome = number | "reset" | "error";

/** Sockets are kept and shared; more than this many are never open at once. */
export const MAX_SOCKETS = 32;
const TIMEOUT_MS = 10_000;

export interface PostOptions {
  /** Breaks the connection: half way through the body, or after it before an answer is read. */
  reset?: "midway" | "after-body";
  agent?: http.Agent;
}

/**
 * Posts the bytes.
 * @param signature value of the header; null sends none
 * @returns the HTTP status; "reset" when we broke it off; "error" when nobody answered within 10 s
 */
export function post(url: string, bytes: Buffer, signature: string | null, options: PostOptions = {}): Promise<PostOutcome> {
  return new Promise((resolve) => {
    const headers: http.OutgoingHttpHeaders = {
      "content-type": "application/json",
      "content-length": bytes.length,
      "user-agent": "facebookexternalua",
      accept: "*/*",
    };
    if (signature !== null) headers["x-hub-signature-256"] = signature;
    let settled = false;
    const settle = (outcome: PostOutcome) => {
      if (settled) return;
      settled = true;
      resolve(outcome);
    };
    let request: http.ClientRequest;
    try {
      request = http.request(url, { method: "POST", headers, agent: options.agent, timeout: TIMEOUT_MS });
    } catch {
      return settle("error");
    }
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => settle(response.statusCode ?? "error"));
      response.on("error", () => settle("error"));
      response.on("close", () => settle(response.complete ? (response.statusCode ?? "error") : "error"));
    });
    request.on("error", () => settle(options.reset ? "reset" : "error"));
    request.on("timeout", () => request.destroy(new Error("timeout")));
    if (options.reset === "midway") {
      request.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => breakOff(request, settle));
    } else if (options.reset === "after-body") {
      request.end(bytes, () => setImmediate(() => breakOff(request, settle)));
    } else {
      request.end(bytes);
    }
  });
}

function breakOff(request: http.ClientRequest, settle: (outcome: PostOutcome) => void): void {
  settle("reset");
  request.destroy();
}

/** Verification handshake of a callback: true when the challenge came back as plain text with 200. */
export async function handshake(url: string, verifyToken: string): Promise<{ ok: boolean; status: number }> {
  const challenge = String(Math.floor(1e9 + Math.random() * 1e9));
  try {
    const target = new URL(url);
    target.searchParams.set("hub.mode", "subscribe");
    target.searchParams.set("hub.challenge", challenge);
    target.searchParams.set("hub.verify_token", verifyToken);
    const response = await fetch(target, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { ok: response.status === 200 && (await response.text()) === challenge, status: response.status };
  } catch {
    return { ok: false, status: 0 };
  }
}
