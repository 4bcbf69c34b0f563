/** The one client for outgoing HTTP: https to listed hosts, addresses checked when the socket connects, no redirects, size and time caps. */
import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, request } from "undici";
import { AppError } from "@/lib/kernel/errors";
import { seconds } from "@/lib/kernel/time";
import { allowsLoopback, outgoingHosts } from "@/lib/platform/env";

/** How a call ended below HTTP: `not_sent` is certain (no byte of the request left), `unknown` is not. */
export class HttpFailure extends Error {
  constructor(
    readonly outcome: "not_sent" | "unknown",
    options: { cause: unknown },
  ) {
    super(`request ${outcome}`, options);
  }
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON, or undefined if the body was no JSON. */
  json: unknown;
  text: string;
}

/** True for addresses on the public internet; v4-mapped and NAT64 forms are judged by the address inside. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (ip.kind() === "ipv6" && ip.range() === "rfc6052") {
    return isPublicAddress(ip.toByteArray().slice(12).join("."));
  }
  return ip.range() === "unicast";
}

const guarded: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 4);
    const list = addresses as dns.LookupAddress[];
    const allowed = list.filter(
      (a) => isPublicAddress(a.address) || (allowsLoopback() && ipaddr.process(a.address).range() === "loopback"),
    );
    const first = allowed[0];
    if (!first) return callback(Object.assign(new Error("address refused"), { code: "EREFUSED_ADDRESS" }), "", 4);
    if ((options as { all?: boolean }).all)
      return (callback as unknown as (e: null, a: dns.LookupAddress[]) => void)(null, allowed);
    return callback(null, first.address, first.family);
  });
};

const agents = new Map<string, Agent>();
/** Separate pools keep bulk traffic from starving people. */
const agentOf = (pool: string) => {
  let agent = agents.get(pool);
  if (!agent) {
    agent = new Agent({
      connect: { timeout: seconds(5), lookup: guarded },
      connections: 32,
      keepAliveTimeout: seconds(20),
      pipelining: 1,
    });
    agents.set(pool, agent);
  }
  return agent;
};

const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EREFUSED_ADDRESS",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function checkUrl(url: URL) {
  if (!outgoingHosts().includes(url.host)) throw new AppError("invalid", "host_not_listed");
  const literal = ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, ""));
  const loopback = literal && ipaddr.process(url.hostname.replace(/^\[|\]$/g, "")).range() === "loopback";
  if (allowsLoopback() && (loopback || url.hostname === "localhost")) return;
  if (url.protocol !== "https:") throw new AppError("invalid", "https_only");
  if (literal && !isPublicAddress(url.hostname.replace(/^\[|\]$/g, ""))) throw new AppError("invalid", "address_refused");
}

/** For clients that bring their own fetch: an agent that obeys the same rules, address by address. @throws AppError `invalid` for a forbidden one */
export function guardedAgent(url: URL): http.Agent {
  checkUrl(url);
  return url.protocol === "https:" ? GUARDED_TLS : GUARDED;
}
const GUARDED = new http.Agent({ lookup: guarded, keepAlive: true, maxSockets: 4 });
const GUARDED_TLS = new https.Agent({ lookup: guarded, keepAlive: true, maxSockets: 4 });

/**
 * One request. Redirects are answers, not followed.
 * @param maxBytes the answer is cut off beyond this size (1 MiB unless told)
 * @throws HttpFailure when no answer came; AppError `invalid` for a forbidden address
 */
export async function callHttp(options: {
  url: string;
  method: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  maxBytes?: number;
  pool?: "human" | "bulk" | "read";
}): Promise<HttpAnswer> {
  const url = new URL(options.url);
  checkUrl(url);
  let text = "";
  try {
    const answer = await request(url, {
      method: options.method,
      headers: options.headers,
      body: options.body,
      dispatcher: agentOf(options.pool ?? "read"),
      signal: AbortSignal.timeout(options.timeoutMs ?? seconds(20)),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > (options.maxBytes ?? 1 << 20)) throw new Error("answer too large");
      chunks.push(chunk);
    }
    text = Buffer.concat(chunks).toString();
    return { status: answer.statusCode, headers: answer.headers, json: parseJson(text), text };
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? (error as { cause?: { code?: unknown } }).cause?.code ?? "");
    throw new HttpFailure(NOT_SENT.has(code) ? "not_sent" : "unknown", { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Closes idle sockets; for the end of a process. */
export async function closeHttp(): Promise<void> {
  const all = [...agents.values()];
  agents.clear();
  for (const one of [GUARDED, GUARDED_TLS]) one.destroy();
  await Promise.all(all.map((a) => a.destroy()));
}
