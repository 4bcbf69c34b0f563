/** Who may call: origin checks against cross-site requests, and the session behind the cookie. */
import { randomUUID } from "node:crypto";
import { findSession, type SessionSecret } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { cookieName, cookieOf, readCookie } from "@/lib/web/session-cookie";

export const newRequestId = () => randomUUID();

/**
 * Refuses state-changing requests that a page of ours did not make: own origin, same-origin fetch, JSON, own header.
 * @throws AppError `forbidden` `cross_site`
 */
export function assertOwnOrigin(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const { headers } = request;
  const site = headers.get("sec-fetch-site");
  const own = headers.get("origin") === new URL(env().NEXTAUTH_URL).origin;
  const json = (headers.get("content-type") ?? "").split(";")[0]?.trim() === "application/json";
  if (!own || (site !== null && site !== "same-origin") || !json || headers.get("x-parley") !== "1")
    throw new AppError("forbidden", "cross_site");
}

export interface Visitor {
  ctx: Ctx;
  secret: SessionSecret;
}

/** The signed-in visitor of a request, or null. */
export async function visitorOf(request: Request, requestId: string): Promise<Visitor | null> {
  const secret = await readCookie(cookieOf(request.headers.get("cookie"), cookieName()));
  if (!secret) return null;
  const ctx = await findSession(secret, requestId, new Date());
  return ctx ? { ctx, secret } : null;
}
