/** Runs before every page: a nonce and the content policy, the request id, one canonical host. It never decides about rights. */
import { type NextRequest, NextResponse } from "next/server";
import { env, isDevServer } from "@/lib/platform/env";

/** The pages that open Meta's window run Meta's script, which talks to Meta; no other page may. */
const SIGNUP_PAGE = /^\/(?:settings\/numbers\/[^/]+|connect)$/;

function policy(nonce: string, path: string): string {
  const dev = isDevServer();
  const meta = SIGNUP_PAGE.test(path) ? ` ${[...env().META_SIGNUP_ORIGINS, new URL(env().META_SDK_URL).origin].join(" ")}` : "";
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${meta}`,
    ...(meta ? [`frame-src${meta}`] : []),
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const INTERNAL = ["x-middleware-subrequest", "x-nextjs-data", "x-middleware-prefetch"];

export function proxy(request: NextRequest): NextResponse {
  const canonical = new URL(env().NEXTAUTH_URL);
  const host = request.headers.get("host");
  // in development people type localhost where the cookie lives on 127.0.0.1
  if (env().APP_ENV === "development" && host !== canonical.host && host === canonical.host.replace("127.0.0.1", "localhost")) {
    return NextResponse.redirect(new URL(request.nextUrl.pathname + request.nextUrl.search, canonical));
  }
  const nonce = btoa(crypto.randomUUID());
  const headers = new Headers(request.headers);
  for (const name of INTERNAL) headers.delete(name);
  headers.set("x-nonce", nonce);
  headers.set("x-request-id", crypto.randomUUID());
  const csp = policy(nonce, request.nextUrl.pathname);
  headers.set("content-security-policy", csp);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", csp);
  response.headers.set("cache-control", "no-store");
  return response;
}

export const config = {
  // everything but the API, the build's own files, the metrics and the files of public/, each by its whole name
  matcher: ["/((?!api/|_next/static/|(?:metrics|icon\\.svg|icon-unread\\.svg|inter-license\\.txt)$).*)"],
};
